from contextlib import suppress

import pytest
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.facts import Preflight
from flink_chaos.steps import preflight
from flink_chaos.steps.run import RunEndsError

from tests.unit.runs import a_run

SHORT = {"pipeline": "ad_events_short_transactions"}


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """The line about transactions of a preflight with nothing else in it, and the run; brokers allow 900 s."""
    monkeypatch.setattr(preflight, "CHECKS", {"transactions": preflight.CHECKS["transactions"]})

    def look(allowed=900.0, **parameters):
        monkeypatch.setattr(preflight, "longest_transaction", lambda _: allowed)
        run = a_run(tmp_path, **parameters)
        try:
            return preflight.look(run).checks[0]
        except RunEndsError:
            return run.journal.last(Preflight).checks[0]

    return look


def test_a_time_out_that_outlasts_a_checkpoint_and_that_the_brokers_allow_is_good(looked):
    """600 s, where 900 are allowed."""
    assert (looked().ok, looked(run_id="b").message) == (True, "time-out 600 s, the brokers allow 900 s")


def test_a_time_out_above_the_brokers_ends_the_run(looked):
    """The producer could not even begin."""
    check = looked(allowed=300)
    assert (check.ok, check.blocks, "transaction.max.timeout.ms of 300 s" in check.message) == (False, True, True)


def test_a_time_out_below_a_slow_checkpoint_is_a_warning(looked):
    """The run goes on: it shows what happens."""
    check = looked(**SHORT, checkpoint_timeout_seconds=60)
    assert (check.ok, check.blocks, "interval and time-out of 65 s" in check.message) == (False, False, True)


def test_a_sink_without_transactions_has_no_time_out(looked):
    """At least once."""
    assert looked(allowed=1, delivery_guarantee="AT_LEAST_ONCE").message == "the sink has none"


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """The line about files of a preflight with nothing else in it; the store is a folder, or what is given."""
    monkeypatch.setattr(preflight, "CHECKS", {"files": preflight.CHECKS["files"]})

    def look(store=None):
        store = store or (tmp_path / "out").as_uri()
        run = a_run(tmp_path / "store", pipeline="ad_events_files")
        object.__setattr__(run.plan.environment.files, "worker", store)
        for copy, own in run.plan.copies.items():
            object.__setattr__(own, "files", f"{store}/{copy}")
        with suppress(RunEndsError):
            preflight.look(run)
        return run.journal.last(Preflight).checks[0]

    return look


def test_directories_that_are_not_empty_end_the_run(stored, tmp_path):
    """Somebody else's files would be judged."""
    (tmp_path / "out" / "chaos").mkdir(parents=True)
    (tmp_path / "out" / "chaos" / "part-0").write_text("x")
    check = stored()
    assert (check.ok, check.blocks, "holds 1 files already" in check.message) == (False, True, True)


def test_a_folder_that_is_not_there_is_a_warning(stored, tmp_path):
    """The first run makes it; a wrong address looks the same."""
    check = stored()
    assert (check.ok, check.blocks, "is not there yet" in check.message) == (False, False, True)


def test_a_file_store_that_a_worker_does_not_reach_ends_the_run(stored):
    """Before anything is started."""
    check = stored("webhdfs://127.0.0.1:9/out")
    assert (check.ok, check.blocks, "cannot list webhdfs://127.0.0.1:9/out" in check.message) == (False, True, True)


def test_a_topic_needs_no_file_store(tmp_path, monkeypatch):
    """Most pipelines write one."""
    monkeypatch.setattr(preflight, "CHECKS", {"files": preflight.CHECKS["files"]})
    assert preflight.look(a_run(tmp_path)).checks[0].message == "the sink is a topic"


def test_a_time_out_that_brokers_do_not_tell_is_a_warning(tmp_path, monkeypatch):
    """Describing the cluster's configuration needs a right, and nothing else needs that one."""

    def refused(_):
        raise KafkaProblem("Cluster authorization failed")

    monkeypatch.setattr(preflight, "CHECKS", {"transactions": preflight.CHECKS["transactions"]})
    monkeypatch.setattr(preflight, "longest_transaction", refused)
    check = preflight.look(a_run(tmp_path)).checks[0]
    assert (check.ok, check.blocks, check.message) == (False, False, "Cluster authorization failed")
