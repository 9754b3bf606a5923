"""Suites and backfills on the lab, through Airflow's REST API, and their verdicts from the store."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flink_chaos.model.facts import Preflight, Undone
from flink_chaos.store.records import Store
from flink_chaos.store.suites import Suites

from lab.airflow_client import ENDED, AirflowClient
from lab.paths import RUNS
from tests.e2e.runs import SHORT, until

pytestmark = pytest.mark.lab
SUITE = "regression__nightly"
DATES = ("2026-01-05", "2026-01-06", "2026-01-07")


@pytest.fixture
def airflow():
    """Airflow with the suite's schedule on, for the time of a test only."""
    client = AirflowClient()
    for dag_id in (SUITE, "pod_delete", "savepoint"):
        client.wait_for_dag(dag_id, seconds=300)
    client.pause(SUITE, paused=False)
    yield client
    client.pause(SUITE, paused=True)


@pytest.fixture
def store():
    return Store(RUNS.as_uri())


def suite_of(store, run_id):
    """The newest attempt of a run of the suite."""
    return Suites(store).attempts_of(SUITE, run_id)[-1]


def test_a_suite_goes_on_after_a_failure_and_has_one_verdict(airflow, store):
    """An at-least-once sink under the contract EXACTLY_ONCE fails, the savepoint after it passes: FAIL in the store."""
    chosen = {"runs": ["taskmanager_at_least_once", "savepoint"], "contract": "EXACTLY_ONCE"}
    run_id = airflow.trigger(SUITE, chosen | SHORT)
    assert airflow.follow(SUITE, run_id, print, 2400) == "failed"
    verdict = suite_of(store, run_id).verdict()
    told = {line.name: (line.outcome, line.reasons) for line in verdict.lines}
    assert [line.outcome for line in verdict.lines] == ["FAIL", "PASS"], told
    assert verdict.outcome == "FAIL"


def test_a_killed_suite_ends_its_open_run(airflow, store):
    """Marked failed while the applications start: the run ends ABORTED by its own teardown, and leaves nothing."""
    run_id = airflow.trigger(SUITE, {"runs": ["savepoint"]} | SHORT)
    child = until(lambda: airflow.run_ids("savepoint", suite_key(store, run_id)), 300)[0]
    until(lambda: airflow.tasks("savepoint", child).get("lock") == "success", 300)
    airflow.fail(SUITE, run_id)
    until(lambda: airflow.state("savepoint", child) in ENDED, 600)
    attempt = store.latest("savepoint", child)
    assert (attempt.verdict().outcome, "stopped by suite" in attempt.verdict().reasons[0]) == ("ABORTED", True)
    assert attempt.journal().last(Undone).residue == []
    assert suite_of(store, run_id).verdict().outcome == "ABORTED"


def suite_key(store, run_id):
    """Key of the suite's newest attempt, once it is planned; no run's id begins with anything else until then."""
    found = Suites(store).attempts_of(SUITE, run_id)
    return found[-1].plan().suite_key if found else "none"


def test_a_backfill_makes_a_verdict_for_each_date_one_run_at_a_time(airflow, store):
    """Three dates at once with a checkpoint interval of 7 s: they wait for each other, and all pass."""
    run_ids = [f"backfill__{date}T00:00:00+00:00" for date in DATES]
    before = {run_id: store.next_attempt("savepoint", run_id) for run_id in run_ids}
    airflow.backfill("savepoint", DATES[0], DATES[-1], SHORT | {"checkpoint_interval_seconds": 7}, runs=3)
    until(lambda: all(store.next_attempt("savepoint", run_id) > before[run_id] for run_id in run_ids), 300)
    until(lambda: all(airflow.state("savepoint", run_id) in ENDED for run_id in run_ids), 3600)
    attempts = [store.latest("savepoint", run_id) for run_id in run_ids]
    assert [attempt.verdict().outcome for attempt in attempts] == ["PASS"] * 3
    assert {attempt.plan().request.checkpoint_interval_seconds for attempt in attempts} == {7}
    assert {attempt.plan().request.on_busy for attempt in attempts} == {"wait"}
    spans = sorted((a.journal().last(Preflight).at, a.journal().last(Undone).at) for a in attempts)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans)), spans
