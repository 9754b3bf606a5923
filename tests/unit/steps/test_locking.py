import pytest
from flink_chaos.cluster.leases import acquire, holder_of, take_over
from flink_chaos.cluster.resources import DEPLOYMENTS, LEASES, NODES, PODS
from flink_chaos.model.facts import FaultStarted, OpenTransaction
from flink_chaos.model.footprint import footprint_of
from flink_chaos.steps import leftovers, locking
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import ROOT, Store
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT
from tests.unit.runs import a_run


@pytest.fixture
def earlier(tmp_path, monkeypatch, cluster):
    """A run that has ended and still holds its lock."""
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    run = a_run(tmp_path, cluster, run_id="earlier")
    acquire(cluster, run.namespace, run.plan.lease, run.plan.run_key, {"flink-chaos.io/run-id": "earlier"})
    Store().attempt(run.plan.run_key).close(judge(run.plan, run.journal))
    return run


@pytest.fixture
def run(tmp_path, cluster, earlier):
    """Another one that wants the same topics."""
    return a_run(tmp_path, cluster, run_id="later", on_busy="wait")


def test_the_lock_of_a_run_that_left_nothing_is_taken_over(run, earlier):
    """And tells its new holder."""
    assert not locking.take(run).done
    assert locking.take(run).done
    lease = run.cluster.get(LEASES, run.namespace, run.plan.lease)
    assert (
        holder_of(run.cluster, run.namespace, run.plan.lease),
        lease["metadata"]["annotations"]["flink-chaos.io/run-id"],
    ) == (run.plan.run_key, "later")


def test_a_run_that_left_a_transaction_open_is_waited_for(run, earlier, monkeypatch):
    """Its sink could not be read to the end: Kafka ends it, then the lock is taken."""
    name = earlier.plan.copies["chaos"].transactional_id_prefix
    one = OpenTransaction(
        transactional_id=f"{name}-0", state="Ongoing", age_seconds=0, timeout_seconds=60, partitions=[0]
    )
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [one])
    assert "Kafka aborts it within 60 s" in locking.take(run).message
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == earlier.plan.run_key


def test_a_run_without_transactions_waits_for_those_of_others_too(tmp_path, cluster, earlier, monkeypatch):
    """It has none of its own, and could not begin beside an open one."""
    name = earlier.plan.copies["chaos"].transactional_id_prefix
    one = OpenTransaction(
        transactional_id=f"{name}-0", state="Ongoing", age_seconds=0, timeout_seconds=60, partitions=[0]
    )
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [one])
    later = a_run(tmp_path, cluster, run_id="later", on_busy="wait", delivery_guarantee="AT_LEAST_ONCE")
    assert "Kafka aborts it within 60 s" in locking.take(later).message
    assert footprint_of(later.plan).topics == ()


def test_a_run_that_left_its_application_is_not_taken_for_gone(run, earlier, fake_api):
    """Its FlinkDeployment was removed by force, and Flink still writes."""
    name = earlier.plan.copies["chaos"].deployment
    fake_api.put(DEPLOYMENTS, {"metadata": {"name": name, "namespace": run.namespace}})
    assert f"deployments/{name}" in locking.take(run).message
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == earlier.plan.run_key


def test_whoever_does_not_wait_is_told_who_holds_it(tmp_path, cluster, earlier, fake_api):
    """With what to do."""
    fake_api.put(DEPLOYMENTS, {"metadata": {"name": earlier.plan.loader, "namespace": earlier.namespace}})
    with pytest.raises(StepError, match=f"flink-chaos undo {earlier.plan.run_key}"):
        locking.take(a_run(tmp_path, cluster, run_id="third", on_busy="refuse"))


def test_a_run_whose_fault_still_acts_is_waited_for(run, earlier, fake_api):
    """Litmus' pod takes the fault back as its last deed; only the engine's uid tells whose it is."""
    earlier.attempt.append(FaultStarted(at=AT, engine=earlier.plan.engine, uid="u1"))
    fake_api.put(PODS, {"metadata": {"name": "helper", "namespace": run.namespace, "labels": {"chaosUID": "u1"}}})
    assert "pods/helper" in locking.take(run).message


def test_a_run_whose_node_is_cordoned_is_waited_for(tmp_path, cluster, run, fake_api):
    """Nobody would take it back once the lock is another's."""
    drain = a_run(tmp_path, cluster, run_id="drain", fault="node_drain")
    Store().attempt(drain.plan.run_key).close(judge(drain.plan, drain.journal))
    take_over(cluster, run.namespace, run.plan.lease, holder_of(cluster, run.namespace, run.plan.lease), drain.plan.run_key)
    mark = {"flink-chaos.io/cordoned-by": f"{drain.plan.engine}-node-drain"}
    fake_api.put(NODES, {"metadata": {"name": "n1", "annotations": mark}, "spec": {"unschedulable": True}})
    assert "nodes/n1 (cordoned)" in locking.take(run).message


def test_a_lease_that_is_held_by_no_run_is_told_with_its_remedy(run):
    """Nothing could undo it."""
    holder = holder_of(run.cluster, run.namespace, run.plan.lease)
    take_over(run.cluster, run.namespace, run.plan.lease, holder, "somebody")
    with pytest.raises(StepError, match=f"'somebody' .holder of lease {run.plan.lease} .* delete that lease"):
        locking.take(run)
