import pytest
from airflow.sdk.exceptions import AirflowFailException
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.model.facts import Undone
from flink_chaos.operators.run import UndoOperator, VerdictOperator

from tests.unit.plans import good_facts
from tests.unit.runs import a_run


class Groups:
    """A Kafka without groups."""

    admin = None


@pytest.fixture
def run(tmp_path, monkeypatch, cluster):
    """A run that holds its lock."""
    found = a_run(tmp_path, cluster, Groups())
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, {})
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: found)
    monkeypatch.setattr("flink_chaos.steps.undoing.delete_group", lambda _kafka, _group: True)
    return found


def do(operator):
    operator(task_id="t", run_key="r0123456789").execute({})


def test_the_teardown_writes_aborted_if_nothing_was_judged(run):
    """And frees the lock."""
    do(UndoOperator)
    assert run.attempt.verdict().outcome == "ABORTED"
    assert run.journal.last(Undone).residue == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None


def test_the_teardown_leaves_a_verdict_alone(run):
    """It was made from all the facts."""
    for fact in good_facts():
        run.attempt.append(fact)
    do(VerdictOperator)
    do(UndoOperator)
    assert run.attempt.verdict().outcome == "PASS"


def test_anything_but_a_pass_makes_the_task_red(run):
    """With outcome and reasons as its message."""
    with pytest.raises(AirflowFailException, match="INCONCLUSIVE: preflight: never ran"):
        do(VerdictOperator)
