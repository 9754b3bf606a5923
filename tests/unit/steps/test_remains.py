from pathlib import Path

import pytest
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.resources import CHAOS_ENGINES, FLINK_DEPLOYMENTS, LEASES, NODES
from flink_chaos.model.facts import TargetsChosen, Undone
from flink_chaos.model.footprint import NODE
from flink_chaos.steps import leftovers, undoing
from flink_chaos.steps.remains import Notes, remains_of
from flink_chaos.store.records import Attempt, StoreError

from tests.unit.plans import AT
from tests.unit.runs import a_run

PROBLEMS = [OSError(28, "No space left on device"), StoreError("damaged"), ValueError("no JSON")]


@pytest.fixture
def run(tmp_path, cluster, monkeypatch):
    """A run with its lock, an application, an engine, and a node that it told its lease to drain."""
    run = a_run(tmp_path, cluster, fault="node_drain")
    acquire(cluster, run.namespace, run.plan.lease, run.plan.run_key, {NODE: "n1"})
    for resource, name in ((FLINK_DEPLOYMENTS, "stable"), (CHAOS_ENGINES, run.plan.engine)):
        metadata = {"name": name, "namespace": run.namespace, "labels": run.plan.labels}
        cluster.create(resource, run.namespace, {"metadata": metadata, "spec": {}})
    cluster.create(NODES, None, {"metadata": {"name": "n1"}, "spec": {"unschedulable": True}})
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    return run


def broken(monkeypatch, error, *methods):
    """The store of today."""

    def fail(*_args):
        raise error

    for method in methods:
        monkeypatch.setattr(Attempt, method, fail)


@pytest.mark.parametrize("error", PROBLEMS, ids=str)
@pytest.mark.parametrize("methods", [["append"], ["append", "journal"]], ids=" ".join)
def test_nothing_stays_because_the_store_does_not_answer(run, monkeypatch, error, methods):
    """Nor does the lock; the node is known by the lease."""
    broken(monkeypatch, error, *methods)
    assert undoing.check_removed(run).done
    assert run.cluster.list(FLINK_DEPLOYMENTS, run.namespace) == []
    assert run.cluster.list(CHAOS_ENGINES, run.namespace) == []
    assert not run.cluster.get(NODES, None, "n1")["spec"].get("unschedulable")
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None


def test_what_was_removed_is_told_though_nothing_was_stored(run, monkeypatch):
    """Across several questions."""
    broken(monkeypatch, PROBLEMS[0], "append")
    undoing.remove(remains_of(run))
    undoing.check_removed(run)
    removed = remains_of(run).journal.last(Undone).removed
    assert {"flinkdeployments/stable", run.plan.lease} <= set(removed)


def test_facts_that_the_store_took_are_not_told_twice(run):
    """What is remembered is what it refused."""
    notes = Notes(run.attempt)
    notes.append(TargetsChosen(at=AT, targets=[]))
    assert (len(notes.journal().facts), notes.unstored) == (1, [])


def test_a_node_that_the_lease_of_another_run_tells_is_not_taken_back(run, monkeypatch, cluster):
    """The lock has changed hands since."""
    broken(monkeypatch, PROBLEMS[0], "journal")
    cluster.delete(LEASES, run.namespace, run.plan.lease)
    acquire(cluster, run.namespace, run.plan.lease, "r0000000000", {NODE: "n1"})
    undoing.remove(remains_of(run))
    assert run.cluster.get(NODES, None, "n1")["spec"]["unschedulable"]


def test_a_full_disk_is_met_by_the_real_store_too(tmp_path):
    """A folder that takes no file: what the store then raises is one of those that are borne."""
    run = a_run(tmp_path)
    folder = Path(str(run.attempt.folder).removeprefix("file://")) / "journal"
    folder.write_text("in the way")
    notes = Notes(run.attempt)
    notes.append(TargetsChosen(at=AT, targets=[]))
    assert len(notes.unstored) == 1
    assert notes.journal().last(TargetsChosen) is not None
