import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.objects import Cluster
from flink_chaos.cluster.resources import CHAOS_ENGINES, CONFIG_MAPS, FLINK_DEPLOYMENTS, NODES, PODS
from flink_chaos.model.facts import FaultStarted, TargetsChosen, Undone
from flink_chaos.steps import undoing
from flink_chaos.steps.run import StepError

from tests.unit.plans import AT
from tests.unit.runs import a_run

MARK = "flink-chaos.io/cordoned-by"


@pytest.fixture
def run(tmp_path, cluster, monkeypatch):
    """A run with its lock, its applications, an engine and a drained node."""
    run = a_run(tmp_path, cluster, fault="node_drain")
    acquire(cluster, run.namespace, run.plan.lease, run.plan.run_key, {})
    for resource, name in ((FLINK_DEPLOYMENTS, "stable"), (CONFIG_MAPS, "sql"), (CHAOS_ENGINES, run.plan.engine)):
        metadata = {"name": name, "namespace": run.namespace, "labels": run.plan.labels}
        cluster.create(resource, run.namespace, {"metadata": metadata, "spec": {}})
    cluster.create(
        NODES, None, {"metadata": {"name": "n1", "annotations": {MARK: "us"}}, "spec": {"unschedulable": True}}
    )
    run.attempt.append(TargetsChosen(at=AT, targets=[], node="n1"))
    run.attempt.append(FaultStarted(at=AT, engine=run.plan.engine, uid="u1"))
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, _group: True)
    return run


def failing(monkeypatch, method, resource, status=503, times=1):
    """The API server refuses what is done with that kind, so many times."""
    real, left = getattr(Cluster, method), [times]

    def maybe(self, kind, *args, **kwargs):
        if kind == resource and left[0]:
            left[0] -= 1
            raise ClusterError("cannot", status)
        return real(self, kind, *args, **kwargs)

    monkeypatch.setattr(Cluster, method, maybe)


@pytest.mark.parametrize(
    ("method", "resource"),
    [("merge", CHAOS_ENGINES), ("get", NODES), ("list", CHAOS_ENGINES), ("list", FLINK_DEPLOYMENTS)],
)
def test_one_that_fails_does_not_keep_the_others_and_is_asked_for_again(run, monkeypatch, method, resource):
    """An API server that was away for a moment leaves nothing behind."""
    failing(monkeypatch, method, resource)
    with pytest.raises(ClusterError):
        undoing.remove(run)
    assert run.cluster.list(CONFIG_MAPS, run.namespace) == []
    assert undoing.check_removed(run).done
    assert run.journal.last(Undone).residue == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None


def test_a_kind_that_is_not_installed_leaves_nothing(run, monkeypatch):
    """Without Litmus there is no engine, and the lock is free all the same."""
    failing(monkeypatch, "list", CHAOS_ENGINES, 404, times=99)
    undoing.remove(run)
    assert undoing.check_removed(run).done


def test_a_node_that_was_cordoned_late_is_taken_back(run):
    """The experiment's pod outlives engine and Job; only when it has ended nobody cordons any more."""
    metadata = {"name": "experiment", "namespace": run.namespace, "labels": {"chaosUID": "u1"}}
    run.cluster.create(PODS, run.namespace, {"metadata": metadata, "spec": {}, "status": {"phase": "Running"}})
    undoing.remove(run)
    assert "pods/experiment" in undoing.check_removed(run).message
    run.cluster.merge(NODES, None, "n1", {"metadata": {"annotations": {MARK: "us"}}, "spec": {"unschedulable": True}})
    run.cluster.delete(PODS, run.namespace, "experiment")
    assert undoing.check_removed(run).done
    node = run.cluster.get(NODES, None, "n1")
    assert not node["spec"].get("unschedulable")
    assert MARK not in node["metadata"].get("annotations", {})


def test_what_is_forbidden_is_not_waited_for(run, monkeypatch):
    """No waiting gives a right."""
    failing(monkeypatch, "list", FLINK_DEPLOYMENTS, 403, times=99)
    with pytest.raises(StepError, match="not all was taken away: cannot"):
        undoing.check_removed(run)
    assert run.journal.last(Undone).residue == ["cannot"]


def test_what_is_left_in_the_end_is_told(run):
    """Red, with the remedy; the lock stays."""
    with pytest.raises(StepError, match="flink-chaos undo"):
        undoing.removal_expired(run, "still there: flinkdeployments/stable")
    assert run.journal.last(Undone).residue == ["still there: flinkdeployments/stable"]
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == run.plan.run_key
