from itertools import product

import pytest
from flink_chaos.cluster.places import arrange, places, without
from hypothesis import given, settings
from hypothesis import strategies as st

GIB = 2**30


def a_node(name, cpu="4", memory="8Gi", pods="110", labels=None, **spec):
    allocatable = {"cpu": cpu, "memory": memory, "pods": pods}
    conditions = [{"type": "Ready", "status": spec.pop("ready", "True")}]
    metadata = {"name": name, "labels": {"kubernetes.io/hostname": name} | (labels or {})}
    return {"metadata": metadata, "spec": spec, "status": {"allocatable": allocatable, "conditions": conditions}}


def a_pod(name, cpu="1", memory="1Gi", node=None, phase="Running", labels=None, owner=None, **spec):
    container = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
    metadata = {"name": name, "namespace": "ns", "labels": labels or {}}
    if owner:
        metadata["ownerReferences"] = [{"kind": owner, "name": "o", "uid": "o"}]
    return {
        "metadata": metadata,
        "spec": {"containers": [container], "nodeName": node, **spec} if node else {"containers": [container], **spec},
        "status": {"phase": phase},
    }


def affinity(kind, copy):
    term = {"labelSelector": {"matchLabels": {"copy": copy}}, "topologyKey": "kubernetes.io/hostname"}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


@pytest.mark.parametrize(
    ("node", "pod", "why"),
    [
        ({}, {}, ""),
        ({"unschedulable": True}, {}, "cordoned"),
        ({"ready": "Unknown"}, {}, "not ready"),
        ({"taints": [{"key": "gpu", "effect": "NoSchedule"}]}, {}, "taint gpu:NoSchedule"),
        ({"taints": [{"key": "gpu", "effect": "NoSchedule"}]}, {"tolerations": [{"operator": "Exists"}]}, ""),
        ({}, {"nodeSelector": {"disk": "ssd"}}, "not among the nodes that the pod selects"),
        ({}, {"cpu": "5"}, "not enough cpu"),
        ({"pods": "0"}, {}, "not enough pods"),
        ({"pods": "0", "cpu": "0"}, {}, "not enough cpu and pods"),
    ],
)
def test_a_node_says_why_it_refuses_a_pod(node, pod, why):
    """As the scheduler would: state, taints, the pod's own choice, room, number of pods."""
    where = places([a_node("n", **node)], [])
    assert where["n"].refuses(a_pod("p", **pod)) == why


def test_a_node_that_tells_nothing_of_itself_has_no_room_and_breaks_nothing():
    """Such as one that has just come."""
    where = places([{"metadata": {"name": "n"}}], [{"metadata": {"name": "p"}, "spec": {"nodeName": "n"}}])
    assert where["n"].refuses(a_pod("p")) == "not enough cpu and memory"


def test_pods_take_room_until_they_have_ended():
    """One that terminates is still there."""
    running, done = a_pod("a", cpu="2", node="n"), a_pod("b", cpu="2", node="n", phase="Succeeded")
    running["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    where = places([a_node("n")], [running, done, a_pod("elsewhere", node="m")])
    assert where["n"].free["cpu"] == 2
    assert where["n"].refuses(a_pod("c", cpu="3")) == "not enough cpu"


def test_anti_affinity_holds_in_both_directions():
    """A pod is kept off by its own words, and by those of pods that are there."""
    chaos, stable = (
        {"labels": {"copy": "chaos"}},
        {"labels": {"copy": "stable"}, **affinity("podAntiAffinity", "chaos")},
    )
    with_chaos = places([a_node("n"), a_node("m")], [a_pod("chaos", node="n", **chaos)])
    with_stable = places([a_node("n"), a_node("m")], [a_pod("stable", node="n", **stable)])
    assert with_chaos["n"].refuses(a_pod("p", **stable), with_chaos.values()) == "anti-affinity with pod chaos"
    assert with_stable["n"].refuses(a_pod("p", **chaos), with_stable.values()) == "anti-affinity of pod stable"
    assert with_stable["m"].refuses(a_pod("p", **chaos), with_stable.values()) == ""


def test_a_pod_goes_only_where_a_pod_that_it_must_be_beside_is():
    """The first one of its kind may go anywhere."""
    beside = {"labels": {"copy": "x"}, **affinity("podAffinity", "x")}
    empty = places([a_node("n"), a_node("m")], [])
    one = places([a_node("n"), a_node("m")], [a_pod("x", node="n", labels={"copy": "x"})])
    assert empty["m"].refuses(a_pod("p", **beside), empty.values()) == ""
    assert "must be beside" in one["m"].refuses(a_pod("p", **beside), one.values())
    assert one["n"].refuses(a_pod("p", **beside), one.values()) == ""


def test_room_in_sum_is_no_room_for_a_large_pod():
    """A pod must find one node."""
    where = places([a_node("n"), a_node("m")], [])
    assert arrange(where, [a_pod("p", cpu="5")]) is None
    assert arrange(where, [a_pod("p", cpu="3"), a_pod("q", cpu="3"), a_pod("r", cpu="3")]) is None


def test_pods_that_took_the_wrong_node_are_tried_elsewhere():
    """Spread first, as the scheduler does; but a place that exists is found."""
    where = places([a_node("n", cpu="3"), a_node("m", cpu="4")], [])
    filled = arrange(where, [a_pod("small", cpu="3"), a_pod("large", cpu="4")])
    assert [p["metadata"]["name"] for p in filled["m"].pods] == ["large"]


def test_a_drain_evicts_what_is_no_daemons_and_not_the_nodes_own():
    """Those would find no other node, and are not to."""
    mirror = a_pod("mirror", node="n")
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    pods = [a_pod("ours", node="n"), a_pod("daemon", node="n", owner="DaemonSet"), mirror, a_pod("far", node="m")]
    left, evicted = without(places([a_node("n"), a_node("m")], pods), "n")
    assert ([pod["metadata"]["name"] for pod in evicted], list(left)) == (["ours"], ["m"])


SIZES = st.integers(min_value=1, max_value=4)
COPIES = st.sampled_from(["stable", "chaos", "other"])
WANTED = st.lists(st.tuples(SIZES, COPIES), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(SIZES, min_size=1, max_size=3), WANTED)
def test_a_placement_is_found_if_and_only_if_there_is_one(nodes, wanted):
    """Against all of them, tried one by one: room, and the stable copy apart from the chaos copy."""
    where = places([a_node(f"n{i}", cpu=str(cores)) for i, cores in enumerate(nodes)], [])
    apart = affinity("podAntiAffinity", "chaos")
    pods = [
        a_pod(f"p{i}", cpu=str(cores), memory="0", labels={"copy": copy}, **(apart if copy == "stable" else {}))
        for i, (cores, copy) in enumerate(wanted)
    ]
    exists = any(_holds(nodes, wanted, chosen) for chosen in product(range(len(nodes)), repeat=len(wanted)))
    filled = arrange(where, pods)
    assert (filled is not None) is exists
    if filled is not None:
        assert sum(len(place.pods) for place in filled.values()) == len(pods)


def _holds(nodes, wanted, chosen):
    for node, cores in enumerate(nodes):
        there = [pod for pod, on in zip(wanted, chosen, strict=True) if on == node]
        if sum(size for size, _ in there) > cores or {"stable", "chaos"} <= {copy for _, copy in there}:
            return False
    return True


@pytest.mark.parametrize(("pods", "size", "placed"), [(6, "1", True), (26, "1", True), (2, "13", False)])
def test_nodes_that_never_qualify_take_nothing_from_the_search(pods, size, placed):
    """Hundreds of idle nodes of another pool come first by what is left on them."""
    taint = {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}
    nodes = [a_node(f"gpu{n}", **taint) for n in range(400)] + [a_node(f"n{n}", cpu="12") for n in range(3)]
    busy = [a_pod(f"b{n}", cpu="1", node=f"n{n}") for n in range(3)]
    assert (arrange(places(nodes, busy), [a_pod(f"p{n}", size, "100Mi") for n in range(pods)]) is not None) is placed
