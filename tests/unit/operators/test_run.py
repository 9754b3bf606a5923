from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.model.facts import Undone
from flink_chaos.operators.run import RunLockOperator, RunPlanOperator, VerdictOperator
from flink_chaos.operators.undo import UndoOperator
from flink_chaos.profiles.catalogue import ENVIRONMENT, INCLUDE
from flink_chaos.steps.halting import request_stop
from flink_chaos.store.records import ROOT, Store

from tests.unit.cli.nasty import TYPED
from tests.unit.plans import good_facts
from tests.unit.runs import a_run


class Groups:
    """A Kafka without groups."""

    admin = None


@pytest.fixture
def run(tmp_path, monkeypatch, cluster):
    """A run that holds its lock."""
    found = a_run(tmp_path, cluster, Groups())
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, {})
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: found)
    monkeypatch.setattr("flink_chaos.steps.undoing.delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr("flink_chaos.steps.leftovers.open_transactions", lambda _kafka, _topic: [])
    return found


def do(operator, run):
    operator(task_id="t", run_key=run.plan.run_key).execute({})


def test_the_teardown_writes_aborted_if_nothing_was_judged(run):
    """Frees the lock, and is red: Airflow takes the state of the DAG run from it."""
    with pytest.raises(AirflowFailException, match="ABORTED: run: ended before a verdict was made"):
        do(UndoOperator, run)
    assert run.attempt.verdict().outcome == "ABORTED"
    assert run.journal.last(Undone).residue == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None


def test_the_teardown_leaves_a_verdict_alone(run):
    """It was made from all the facts."""
    for fact in good_facts():
        run.attempt.append(fact)
    do(VerdictOperator, run)
    do(UndoOperator, run)
    assert run.attempt.verdict().outcome == "PASS"


def test_a_run_that_never_got_the_lock_has_a_verdict(run):
    """Nothing runs after a set-up that failed."""
    request_stop(run.attempt, "me")
    with pytest.raises(AirflowFailException, match="t: stopped by me"):
        do(RunLockOperator, run)
    assert (run.attempt.verdict().outcome, run.attempt.verdict().reasons) == ("ABORTED", ["t: stopped by me"])


def test_anything_but_a_pass_makes_the_task_red(run):
    """With outcome and reasons as its message."""
    with pytest.raises(AirflowFailException, match="INCONCLUSIVE: preflight: never ran"):
        do(VerdictOperator, run)


@pytest.mark.parametrize(
    ("run_type", "on_busy", "hours"),
    [
        ("manual", "refuse", 1 / 60),
        ("backfill", "wait", 24),
        ("scheduled", "wait", 24),
        ("operator_triggered", "wait", 24),
    ],
)
def test_only_a_run_started_by_hand_refuses_to_wait(tmp_path, monkeypatch, run_type, on_busy, hours):
    """Airflow tells who started it; the plan holds the decision."""
    monkeypatch.setenv(ROOT, str(tmp_path))
    dag_run = SimpleNamespace(dag_id="savepoint", run_id="r", run_type=run_type)
    key = RunPlanOperator(task_id="plan", fault="savepoint").execute({"dag_run": dag_run, "params": {}})
    plan = Store().attempt(key).plan()
    assert (plan.request.on_busy, plan.deadlines.lock) == (on_busy, hours * 3600)


def test_a_parameter_that_cannot_be_is_told_in_one_line(tmp_path, monkeypatch):
    """Without a traceback, and without a record."""
    monkeypatch.setenv(ROOT, str(tmp_path))
    dag_run = SimpleNamespace(dag_id="savepoint", run_id="r", run_type="manual")
    with pytest.raises(AirflowFailException, match="parameters: sede: no such parameter"):
        RunPlanOperator(task_id="plan", fault="savepoint").execute({"dag_run": dag_run, "params": {"sede": 1}})
    assert Store().attempts() == []


@pytest.mark.parametrize("name", ["seed", "contract_bounds", "offsets", "flink_configuration", "delivery_guarantee", "upgrade_mode", "x"])
def test_whatever_the_form_sends_the_task_has_a_plan_or_one_line(tmp_path, monkeypatch, name):
    """Values come typed, as JSON."""
    monkeypatch.setenv(ROOT, str(tmp_path))
    for number, value in enumerate(TYPED):
        dag_run = SimpleNamespace(dag_id="savepoint", run_id=f"r{number}", run_type="manual")
        try:
            RunPlanOperator(task_id="plan", fault="savepoint").execute({"dag_run": dag_run, "params": {name: value}})
        except AirflowFailException as error:
            assert (str(error).count("\n"), len(str(error)) < 1500) == (0, True), number  # noqa: PT017 - or a plan


@pytest.mark.parametrize(
    ("variable", "value"),
    [(ROOT, "nosuch://x"), (ROOT, "/proc/x"), (ROOT, "/etc/passwd"), (INCLUDE, "/nowhere"), (ENVIRONMENT, "nowhere")],
)
def test_a_setting_that_cannot_be_is_one_line_of_the_task(monkeypatch, variable, value):
    """Whatever library finds it."""
    monkeypatch.setenv(variable, value)
    dag_run = SimpleNamespace(dag_id="savepoint", run_id="r", run_type="manual")
    with pytest.raises(AirflowFailException) as failed:
        RunPlanOperator(task_id="plan", fault="savepoint").execute({"dag_run": dag_run, "params": {}})
    assert "\n" not in str(failed.value)
