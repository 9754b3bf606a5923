"""node-drain on a cluster made of dictionaries."""

from __future__ import annotations

from dataclasses import replace

from experiments import node_drain
from experiments.errors import AbortedError
from experiments.nodes import Node
from experiments.targets import Owner, Pod
from tests.unit.experiments import fakes
from tests.unit.experiments.fakes import OWN_POD, POD, FakeCluster

DAEMON = Pod("proxy", "kube-system", "d", {}, Owner("daemonset", "proxy"), node="node1", ready=True)
STATIC = Pod("etcd", "kube-system", "s", {}, Owner("node", "node1"), node="node1", ready=True, mirror=True)
ALONE = Pod("alone", "other", "a", {}, None, node="node1")


def run(cluster, **env) -> str:
    return fakes.run(cluster, node_drain.inject, "node-drain", **({"TARGET_NODE": "node1"} | env))


def cluster(*pods, **options) -> FakeCluster:
    return FakeCluster(OWN_POD, POD, *pods, name="node-drain", **options)


def test_a_drain_empties_the_node_and_gives_it_back(clock):
    """Cordon before the evictions, the whole duration, uncordon, and a history that says so."""
    drained = cluster(ALONE)
    assert run(drained, TOTAL_CHAOS_DURATION="40") == "Pass"
    assert drained.nodes.evicted == ["tm-1", "alone"]
    assert drained.nodes.known["node1"] == Node("node1")
    assert drained.targets == [{"name": "node1", "kind": "node", "chaosStatus": "reverted"}]
    assert drained.history == ["injected", "reverted"]
    assert drained.events == ["Awaited", "ChaosInject", "Pass", "Summary"]
    assert clock[0] >= 40


def test_daemons_and_static_pods_stay():
    """--ignore-daemonsets: they would come back at once."""
    drained = cluster(DAEMON, STATIC)
    assert run(drained) == "Pass"
    assert drained.nodes.evicted == ["tm-1"]


def test_a_disruption_budget_is_honoured_until_the_time_is_up():
    """The drain fails with the pods that are left, and the node is given back."""
    drained = cluster()
    drained.nodes.blocked = {"tm-1"}
    assert run(drained) == "Error"
    assert drained.verdict["errorOutput"]["errorCode"] == "CHAOS_INJECT_ERROR"
    assert "flink/tm-1" in drained.reason
    assert drained.nodes.known["node1"] == Node("node1")
    assert drained.targets[0]["chaosStatus"] == "reverted"


def test_a_budget_that_gives_way_only_delays(monkeypatch):
    """Eviction is asked for again and again, as kubectl does."""
    drained = cluster()
    drained.nodes.blocked = {"tm-1"}
    monkeypatch.setattr(node_drain.LOG, "info", lambda *_: drained.nodes.blocked.clear())
    assert run(drained) == "Pass"
    assert drained.nodes.evicted == ["tm-1"]


def test_the_experiment_does_not_evict_itself():
    """It says how to pin it elsewhere, and nothing has happened."""
    drained = FakeCluster(replace(OWN_POD, node="node1"), POD, name="node-drain")
    assert run(drained) == "Error"
    assert drained.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"
    assert "nodeSelector" in drained.reason
    assert drained.nodes.evicted == []
    assert drained.history == []


def test_an_abort_uncordons(monkeypatch):
    """SIGTERM while the node is empty."""
    drained = cluster()

    def aborted(_seconds):
        if drained.nodes.known["node1"].unschedulable:
            raise AbortedError

    monkeypatch.setattr(node_drain.time, "sleep", aborted)
    assert run(drained) == "Stopped"
    assert drained.nodes.evicted == ["tm-1"]
    assert drained.nodes.known["node1"] == Node("node1")
    assert drained.targets[0]["chaosStatus"] == "reverted"


def test_uncordon_is_tried_again():
    """Three times, as in Litmus."""
    drained = cluster()
    drained.nodes.broken_uncordons = 2
    assert run(drained) == "Pass"
    assert drained.nodes.known["node1"] == Node("node1")


def test_a_node_that_stays_cordoned_is_residual_chaos():
    """Error with its own code, and `injected` in the history."""
    drained = cluster()
    drained.nodes.broken_uncordons = 3
    assert run(drained) == "Error"
    assert drained.verdict["errorOutput"]["errorCode"] == "CHAOS_REVERT_ERROR"
    assert drained.targets[0]["chaosStatus"] == "injected"


def test_a_node_under_maintenance_is_left_alone():
    """Who cordoned it would be surprised by our uncordon."""
    drained = cluster()
    drained.nodes.known["node1"] = Node("node1", unschedulable=True)
    assert run(drained) == "Error"
    assert drained.nodes.known["node1"] == Node("node1", unschedulable=True)


def test_our_own_residue_is_mended_by_the_next_run():
    """A run that was killed hard has left its name on the node."""
    drained = cluster()
    drained.nodes.cordon("node1", by="a-run-before")
    assert run(drained) == "Pass"
    assert drained.nodes.known["node1"] == Node("node1")


def test_a_node_that_does_not_exist_is_an_error():
    """Told before anything happens."""
    drained = cluster()
    assert run(drained, TARGET_NODE="node9") == "Error"
    assert drained.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"


def test_without_a_name_the_node_of_a_target_is_taken():
    """Also of TARGET_PODS, which Litmus itself cannot."""
    drained = cluster()
    assert run(drained, TARGET_NODE="", TARGET_PODS="tm-1") == "Pass"
    assert drained.targets[0]["name"] == "node1"


def test_without_targets_a_labelled_node_is_taken():
    """And the check of the application is skipped."""
    drained = cluster(heals=False)
    drained.nodes.labels = {"zone=a": {"node1"}}
    assert run(drained, TARGET_NODE="", TARGETS="", NODE_LABEL="zone=a") == "Pass"
    assert drained.targets[0]["name"] == "node1"


def test_nothing_to_choose_from_is_an_error():
    """With what to set."""
    drained = cluster()
    assert run(drained, TARGET_NODE="", TARGETS="", NODE_LABEL="zone=b") == "Error"
    assert "TARGET_NODE" in drained.reason


def test_an_application_that_does_not_come_back_is_an_error():
    """Checked after the drain whatever DEFAULT_HEALTH_CHECK says, as in Litmus; the node is given back."""
    drained = cluster(heals=False)
    assert run(drained) == "Error"
    assert drained.verdict["errorOutput"]["errorCode"] == "STATUS_CHECKS_ERROR"
    assert drained.nodes.known["node1"] == Node("node1")
