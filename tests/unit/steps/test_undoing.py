import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.objects import Cluster
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    DEPLOYMENTS,
    FLINK_DEPLOYMENTS,
    JOBS,
    NODES,
    PODS,
    REPLICA_SETS,
    SERVICES,
)
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.facts import (
    Evidence,
    FaultEnded,
    FaultStarted,
    OpenTransaction,
    TargetsChosen,
    TopicBegin,
    Undone,
)
from flink_chaos.model.footprint import footprint_of
from flink_chaos.steps import leftovers, locking, undoing
from flink_chaos.steps.cordons import take_nodes_back
from flink_chaos.steps.remains import Notes, Remains, remains_of
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import Attempt, StoreError

from tests.unit.fake_clock import FakeClock
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
        NODES,
        None,
        {
            "metadata": {"name": "n1", "annotations": {MARK: f"{run.plan.engine}-node-drain"}},
            "spec": {"unschedulable": True},
        },
    )
    run.attempt.append(TopicBegin(at=AT, topic="t", offsets={0: 0}))
    run.attempt.append(TargetsChosen(at=AT, targets=[], node="n1"))
    run.attempt.append(FaultStarted(at=AT, engine=run.plan.engine, uid="u1"))
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
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
    [("merge", CHAOS_ENGINES), ("list", NODES), ("list", CHAOS_ENGINES), ("list", FLINK_DEPLOYMENTS)],
)
def test_one_that_fails_does_not_keep_the_others_and_is_asked_for_again(run, monkeypatch, method, resource):
    """An API server that was away for a moment leaves nothing behind."""
    failing(monkeypatch, method, resource)
    with pytest.raises(ClusterError):
        undoing.remove(remains_of(run))
    assert run.cluster.list(CONFIG_MAPS, run.namespace) == []
    assert undoing.check_removed(run).done
    assert run.journal.last(Undone).residue == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None


def test_a_kind_that_is_not_installed_leaves_nothing(run, monkeypatch):
    """Without Litmus there is no engine, and the lock is free all the same."""
    failing(monkeypatch, "list", CHAOS_ENGINES, 404, times=99)
    undoing.remove(remains_of(run))
    assert undoing.check_removed(run).done


def test_a_node_that_was_cordoned_late_is_taken_back(run):
    """The experiment's pod outlives engine and Job; only when it has ended nobody cordons any more."""
    metadata = {"name": "experiment", "namespace": run.namespace, "labels": {"chaosUID": "u1"}}
    run.cluster.create(PODS, run.namespace, {"metadata": metadata, "spec": {}, "status": {"phase": "Running"}})
    undoing.remove(remains_of(run))
    assert "pods/experiment" in undoing.check_removed(run).message
    mark = {MARK: f"{run.plan.engine}-node-drain"}
    run.cluster.merge(NODES, None, "n1", {"metadata": {"annotations": mark}, "spec": {"unschedulable": True}})
    run.cluster.delete(PODS, run.namespace, "experiment")
    assert undoing.check_removed(run).done
    node = run.cluster.get(NODES, None, "n1")
    assert not node["spec"].get("unschedulable")
    assert MARK not in node["metadata"].get("annotations", {})


def test_what_is_forbidden_for_a_minute_is_not_waited_for(run, monkeypatch):
    """A binding that is made anew is away for a moment; after that no waiting gives a right."""
    failing(monkeypatch, "list", FLINK_DEPLOYMENTS, 403, times=99)
    clock = FakeClock()
    with using(clock):
        assert not undoing.check_removed(run).done
        clock.sleep(30)
        assert not undoing.check_removed(run).done
        clock.sleep(31)
        with pytest.raises(StepError, match=r"not all was taken away: cannot \(for 61 s\)"):
            undoing.check_removed(run)
    assert run.journal.last(Undone).residue == ["cannot (for 61 s)"]


def test_what_was_forbidden_for_a_moment_is_taken_away_all_the_same(run, monkeypatch):
    """And what is forbidden later gets a minute of its own."""
    failing(monkeypatch, "list", FLINK_DEPLOYMENTS, 403, times=1)
    clock = FakeClock()
    with using(clock):
        assert not undoing.check_removed(run).done
        while not undoing.check_removed(run).done:
            clock.sleep(1)
    assert run.journal.last(Undone).residue == []


def test_what_is_left_in_the_end_is_told(run):
    """Red, with the remedy; the lock stays."""
    with pytest.raises(StepError, match="flink-chaos undo"):
        undoing.removal_expired(run, "still there: flinkdeployments/stable")
    assert set(run.journal.last(Undone).residue) == {
        f"chaosengines/{run.plan.engine}",
        "flinkdeployments/stable",
        "configmaps/sql",
    }
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == run.plan.run_key


@pytest.mark.parametrize(
    ("facts", "taken_back"),
    [
        ([], False),
        (["started"], True),
        (["started", "stopped", "uncordoned"], True),
        (["started", "completed"], True),
        (["started", "completed", "uncordoned"], False),
    ],
)
def test_a_cordon_is_taken_back_only_while_it_may_be_the_runs(run, facts, taken_back):
    """Not before the fault was asked for, nor once Litmus was done and the node took pods: an administrator's stays."""
    told = {
        "started": FaultStarted(at=AT, engine="e", uid="u1"),
        "stopped": FaultEnded(at=AT, engine_status="stopped", phase="Stopped", verdict="Stopped", message=""),
        "completed": FaultEnded(at=AT, engine_status="completed", phase="Completed", verdict="Pass", message=""),
        "uncordoned": Evidence(at=AT, felt=True, message="", details={"uncordoned": "true"}),
    }
    unstored = [TargetsChosen(at=AT, targets=[], node="n1"), *(told[name] for name in facts)]
    found = Remains(footprint_of(run.plan), run.cluster, run.kafka, Notes(None, unstored))
    run.cluster.merge(NODES, None, "n1", {"metadata": {"annotations": {MARK: None}}, "spec": {"unschedulable": True}})
    take_nodes_back(found)
    assert (not run.cluster.get(NODES, None, "n1")["spec"].get("unschedulable")) is taken_back


def drained(run, *facts):
    """The run with these facts alone, and a node that takes no pods and bears no mark."""
    run.cluster.merge(NODES, None, "n1", {"metadata": {"annotations": {MARK: None}}, "spec": {"unschedulable": True}})
    return Remains(footprint_of(run.plan), run.cluster, run.kafka, Notes(None, list(facts)))


def is_closed(run):
    return bool(run.cluster.get(NODES, None, "n1")["spec"].get("unschedulable"))


def test_a_node_is_taken_back_that_only_the_lease_tells_of(run):
    """The run was killed between the engine and the fact that it is there."""
    locking.note_node(run, "n1")
    take_nodes_back(drained(run, TargetsChosen(at=AT, targets=[], node="n1")))
    assert not is_closed(run)


def test_every_node_that_was_chosen_is_taken_back(run):
    """A task that was started again may have chosen another one."""
    chosen = [TargetsChosen(at=AT, targets=[], node=name) for name in ("n1", "n2")]
    take_nodes_back(drained(run, *chosen, FaultStarted(at=AT, engine="e", uid="u1")))
    assert not is_closed(run)


def test_a_node_that_another_run_drains_is_left_to_it(run):
    """Undoing an old run must not end the fault of a new one."""
    facts = [TargetsChosen(at=AT, targets=[], node="n1"), FaultStarted(at=AT, engine="e", uid="u1")]
    found = drained(run, *facts)
    theirs = {MARK: "chaos-r9999999999-node-drain"}
    run.cluster.merge(NODES, None, "n1", {"metadata": {"annotations": theirs}})
    take_nodes_back(found)
    assert is_closed(run)


def test_a_node_that_was_taken_back_is_left_to_whoever_cordons_it_next(run):
    """An administrator, or another run whose experiment sets no mark; by the journal, and by the lease without one."""
    locking.note_node(run, "n1")
    assert undoing.check_removed(run).done
    take_nodes_back(drained(run, *run.journal.facts))
    take_nodes_back(drained(run))
    assert is_closed(run)


def test_a_node_stays_forgotten_while_the_lock_is_held_for_an_open_transaction(run, monkeypatch):
    """The lease is all that an undo without the record knows."""
    monkeypatch.setattr(undoing, "open_transactions_of", lambda *_: ["transaction t on s (open)"])
    locking.note_node(run, "n1")
    assert undoing.check_removed(run).done
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == run.plan.run_key
    take_nodes_back(drained(run))
    assert is_closed(run)


def put(run, fake_api, resource, name, labels=None, **metadata):
    """An object as the cluster's own controllers make it."""
    metadata = {"name": name, "namespace": run.namespace, "labels": labels or {}, **metadata}
    fake_api.put(resource, {"apiVersion": "v1", "kind": "X", "metadata": metadata, "status": {"phase": "Succeeded"}})


LEFT = [
    (CONFIG_MAPS, "{chaos}-cluster-config-map", {"app": "{chaos}", "configmap-type": "high-availability"}),
    (CONFIG_MAPS, "{chaos}-0000-config-map", {"configmap-type": "high-availability"}),
    (CONFIG_MAPS, "flink-config-{chaos}", {}),
    (CONFIG_MAPS, "pod-template-{chaos}", {}),
    (DEPLOYMENTS, "{chaos}", {}),
    (DEPLOYMENTS, "renamed", {"app": "{chaos}"}),
    (REPLICA_SETS, "{chaos}-5d8f", {}),
    (SERVICES, "{chaos}", {}),
    (SERVICES, "{chaos}-rest", {}),
    (PODS, "{chaos}-taskmanager-1-1", {}),
    (PODS, "renamed", {"app": "loader-{key}"}),
    (JOBS, "node-drain-x7f3q1", {"chaosUID": "u1"}),
    (PODS, "node-drain-x7f3q1-abc", {"chaosUID": "u1"}),
    (PODS, "{engine}-runner", {"app": "{engine}", "chaosUID": "u1"}),
    (CHAOS_RESULTS, "{engine}-node-drain", {"chaosUID": "u1"}),
]


@pytest.mark.parametrize(("resource", "name", "labels"), LEFT, ids=lambda one: getattr(one, "plural", str(one)))
def test_what_flink_and_litmus_leave_is_found_by_any_of_its_names(run, fake_api, resource, name, labels):
    """None of it bears the run's label, and nobody collects it: the operators were away."""
    words = {"chaos": run.plan.copies["chaos"].deployment, "engine": run.plan.engine, "key": run.plan.run_key}
    name = name.format(**words)
    put(run, fake_api, resource, name, {key: value.format(**words) for key, value in labels.items()})
    for _ in range(3):
        progress = undoing.check_removed(run)
    assert (progress.done, fake_api.look(resource, run.namespace, name)) == (True, None)
    assert f"{resource.plural}/{name}" in run.journal.last(Undone).removed


THEIRS = [
    (CONFIG_MAPS, "chaos-r0000000000-cluster-config-map", {"app": "chaos-r0000000000"}),
    (DEPLOYMENTS, "chaos-{key}x", {}),
    (PODS, "theirs", {"app": "theirs", "chaosUID": "other"}),
    (JOBS, "x{key}", {}),
    (PODS, "run-of-another", {"flink-chaos.io/run": "r0000000000"}),
]


@pytest.mark.parametrize(("resource", "name", "labels"), THEIRS, ids=lambda one: getattr(one, "plural", str(one)))
def test_what_is_not_of_this_run_stays(run, fake_api, resource, name, labels):
    """Names that only look like it, and what is of other runs."""
    name = name.format(key=run.plan.run_key)
    put(run, fake_api, resource, name, labels)
    assert undoing.check_removed(run).done
    assert fake_api.look(resource, run.namespace, name) is not None


def test_flink_is_left_to_its_operator_as_long_as_there_is_something_to_do(run, fake_api):
    """It needs its ConfigMaps until the end."""
    name = run.plan.copies["chaos"].deployment
    put(run, fake_api, FLINK_DEPLOYMENTS, name, finalizers=["flinkdeployments.flink.apache.org/finalizer"])
    put(run, fake_api, CONFIG_MAPS, f"{name}-cluster-config-map", {"app": name})
    message = undoing.check_removed(run).message
    assert (
        f"flinkdeployments/{name} (waits for its finalizer flinkdeployments.flink.apache.org/finalizer: does the Flink operator run?)"
        in message
    )
    assert fake_api.look(CONFIG_MAPS, run.namespace, f"{name}-cluster-config-map") is not None


def test_litmus_is_known_by_an_engine_that_was_never_journaled(run, fake_api):
    """Whoever made it was killed right then; its result tells the uid when it is gone."""
    run.attempt.append(FaultStarted(at=AT, engine="", uid=""))
    put(run, fake_api, CHAOS_RESULTS, f"{run.plan.engine}-node-drain", {"chaosUID": "u7"})
    put(run, fake_api, PODS, "helper", {"chaosUID": "u7"})
    for _ in range(3):
        progress = undoing.check_removed(run)
    assert (progress.done, run.cluster.list(PODS, run.namespace)) == (True, [])


def test_a_node_is_taken_back_by_the_mark_of_its_experiment(run, fake_api):
    """The journal of a run that was killed may know of none; a mark of another run stays."""
    for name, by in (("n2", result_name(run.plan)), ("n3", "another")):
        fake_api.put(NODES, {"metadata": {"name": name, "annotations": {MARK: by}}, "spec": {"unschedulable": True}})
    assert undoing.check_removed(run).done
    assert [bool(fake_api.look(NODES, None, name)["spec"].get("unschedulable")) for name in ("n2", "n3")] == [
        False,
        True,
    ]


def test_a_group_that_cannot_be_deleted_is_residue(run, monkeypatch):
    """It is asked for again until the deadline; the lock stays, and the rest is told as removed."""

    def refuse(_kafka, group):
        if "compare" in group:
            raise KafkaProblem("GROUP_AUTHORIZATION_FAILED")
        return True

    monkeypatch.setattr(undoing, "delete_group", refuse)
    undoing.check_removed(run)
    progress = undoing.check_removed(run)
    told = f"group flink-chaos.compare.{run.plan.run_key}: GROUP_AUTHORIZATION_FAILED"
    assert (progress.done, told in progress.message) == (False, True)
    with pytest.raises(StepError):
        undoing.removal_expired(run, progress.message)
    fact = run.journal.last(Undone)
    assert (fact.residue, f"group {run.plan.copies['chaos'].group}" in fact.removed) == ([told], True)
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == run.plan.run_key


def test_a_kafka_that_was_never_reached_keeps_no_run_from_its_end(tmp_path, cluster, monkeypatch):
    """The preflight found it down: no group was made, and nobody waits until it is back."""
    run = a_run(tmp_path, cluster)
    acquire(cluster, run.namespace, run.plan.lease, run.plan.run_key, {})

    def down(_kafka, _group):
        raise KafkaProblem("Kafka is down")

    monkeypatch.setattr(undoing, "delete_group", down)
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    assert undoing.check_removed(run).done
    monkeypatch.setattr(Attempt, "journal", lambda _self: (_ for _ in ()).throw(StoreError("damaged")))
    assert "Kafka is down" in undoing.check_removed(run).message


def an_open_transaction(run, key):
    name = run.plan.copies["chaos"].transactional_id_prefix.replace(run.plan.run_key, key)
    return OpenTransaction(
        transactional_id=f"{name}-0-1", state="Ongoing", age_seconds=10, timeout_seconds=600, partitions=[0]
    )


def test_an_open_transaction_is_residue_with_its_time_out(run, monkeypatch):
    """Nobody can do anything about it: the task is green, and the lock says that something is left."""
    monkeypatch.setattr(
        leftovers,
        "open_transactions",
        lambda _kafka, topic: [an_open_transaction(run, run.plan.run_key)] * topic.endswith("chaos"),
    )
    progress = undoing.check_removed(run)
    (residue,) = run.journal.last(Undone).residue
    assert (progress.done, "Kafka aborts it within 590 s" in residue) == (True, True)
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == run.plan.run_key


def test_a_transaction_of_somebody_else_is_no_residue(run, monkeypatch):
    """Their run will tell it."""
    monkeypatch.setattr(
        leftovers, "open_transactions", lambda _kafka, _topic: [an_open_transaction(run, "r0000000000")]
    )
    undoing.check_removed(run)
    assert run.journal.last(Undone).residue == []


def test_what_was_removed_is_told(run):
    """Across all questions, and the lock last."""
    undoing.remove(remains_of(run))
    undoing.check_removed(run)
    removed = run.journal.last(Undone).removed
    assert removed[:3] == [f"chaosengines/{run.plan.engine}", "flinkdeployments/stable", "configmaps/sql"]
    assert removed[-1] == run.plan.lease
