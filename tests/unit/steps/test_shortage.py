from datetime import timedelta

import pytest
from flink_chaos.cluster.places import places
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.trouble_facts import NodesBefore
from flink_chaos.steps.shortage import by_others, nodes_before

from tests.unit.plans import AT


def a_node(name, ready="True", memory="4Gi", **spec):
    status = {"allocatable": {"memory": memory, "pods": "10"}, "conditions": [{"type": "Ready", "status": ready}]}
    return {"metadata": {"name": name}, "spec": spec, "status": status}


def a_pod(name, memory="3Gi", node=None, owner=None, seconds=-60, **labels):
    metadata = {
        "name": name,
        "namespace": "x",
        "labels": labels,
        "creationTimestamp": (AT + timedelta(seconds=seconds)).isoformat(),
    }
    if owner:
        metadata["ownerReferences"] = [{"kind": "ReplicaSet", "uid": owner}]
    spec = {"containers": [{"resources": {"requests": {"memory": memory}}}]}
    return {"metadata": metadata, "spec": spec | ({"nodeName": node} if node else {})}


CHAOS = a_pod("chaos", node="n1", **{RUN_LABEL: "r"})
HOMELESS = a_pod("chaos-2", **{RUN_LABEL: "r"})
EVICTED = a_pod("web", node="n1", memory="1Gi", owner="web")


@pytest.fixture
def before():
    """Three nodes, of which one is drained and one was cordoned all the time."""
    nodes = [a_node("n1"), a_node("n2"), a_node("n3", unschedulable=True)]
    return NodesBefore(at=AT, **nodes_before(places(nodes, [CHAOS, EVICTED]), "n1", CHAOS))


def test_nodes_are_remembered_with_what_the_drain_evicts(before):
    """The drained one is none of them."""
    assert (before.open, before.closed, before.evicted_owners) == (["n2"], {"n3": "cordoned"}, ["web"])


DRAINED = a_node("n1", unschedulable=True)


@pytest.mark.parametrize(
    ("nodes", "pods", "told"),
    [
        ([DRAINED, a_node("n2", ready="Unknown")], [], ["node n2 is not ready"]),
        ([DRAINED, a_node("n2", unschedulable=True)], [], ["node n2 is cordoned"]),
        ([DRAINED, a_node("n2", taints=[{"key": "k", "effect": "NoExecute"}])], [], ["node n2 is taint k:NoExecute"]),
        ([DRAINED, a_node("n4")], [a_pod("old", node="n4")], ["node n2 is gone"]),
        ([DRAINED, a_node("n2")], [a_pod("new", node="n2", seconds=5)], ["pod x/new came"]),
    ],
)
def test_what_others_took_is_told(before, nodes, pods, told):
    """A node, or its room, since the drain began."""
    assert by_others(places(nodes, pods), [HOMELESS], before) == told


@pytest.mark.parametrize(
    ("nodes", "pods"),
    [
        ([DRAINED, a_node("n2", memory="2Gi")], []),
        ([DRAINED, a_node("n2")], [a_pod("old", node="n2")]),
        ([DRAINED, a_node("n2")], [a_pod("web-2", node="n2", owner="web", seconds=5)]),
        ([DRAINED, a_node("n2")], [a_pod("loader", node="n2", seconds=5, **{RUN_LABEL: "r"})]),
        ([DRAINED, a_node("n2", memory="2Gi", ready="False")], []),
        ([DRAINED, a_node("n2", memory="2Gi"), a_node("n3", unschedulable=True)], []),
    ],
)
def test_what_the_drain_itself_leaves_too_small_is_its_own_doing(before, nodes, pods):
    """Pods that were there, that the drain moved, that are the run's; nodes that were closed, or too small anyway."""
    assert by_others(places(nodes, pods), [HOMELESS], before) == []


def test_without_a_look_before_nobody_is_blamed():
    """Nor when no pod waits."""
    assert by_others({}, [HOMELESS], None) == []
