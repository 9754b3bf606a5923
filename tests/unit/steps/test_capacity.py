import pytest
from flink_chaos.cluster.objects import ClusterError
from flink_chaos.cluster.resources import CUSTOM_RESOURCE_DEFINITIONS, NODES, PODS
from flink_chaos.steps.capacity import drained, places_of, room_for
from flink_chaos.steps.checking import PreflightWarning

from tests.unit.runs import a_run


def a_node(name, memory="16Gi", pods="110", ready="True", annotations=None, **spec):
    status = {
        "allocatable": {"cpu": "8", "memory": memory, "pods": pods},
        "conditions": [{"type": "Ready", "status": ready}],
    }
    metadata = {"name": name, "labels": {"kubernetes.io/hostname": name}, "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec, "status": status}


@pytest.fixture
def room(tmp_path, cluster, fake_api):
    """What is said of the room that these nodes have for a run."""

    def say(*nodes, **parameters):
        for node in nodes:
            fake_api.put(NODES, node)
        return room_for(a_run(tmp_path, cluster, **parameters))

    return say


def test_a_run_fits_where_its_pods_fit(room):
    """Six of them."""
    assert room(a_node("n1")) == "6 pods fit"


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"unschedulable": True}, "n1: cordoned"),
        ({"ready": "Unknown"}, "n1: not ready"),
        ({"taints": [{"key": "gpu", "value": "a", "effect": "NoSchedule"}]}, "n1: taint gpu=a:NoSchedule"),
        ({"pods": "5"}, "n1: 8.0 cores, 16.0 GiB, 5 pods"),
        ({"memory": "1Gi"}, "n1: 8.0 cores, 1.0 GiB, 110 pods"),
    ],
)
def test_a_node_that_takes_no_pods_is_no_room(room, spoilt, told):
    """And the reason stands in the line."""
    with pytest.raises(ValueError, match=r"6 pods ask for .* GiB; free is") as refused:
        room(a_node("n1", **spoilt), a_node("n2", memory="10Mi"))
    assert told in str(refused.value)


def test_nodes_that_may_come_are_warned_of(room):
    """An autoscaled cluster has no room until somebody asks."""
    with pytest.raises(
        PreflightWarning, match=r"free is n1: 8.0 cores, 1.0 GiB, 110 pods.*cluster-autoscaler may add nodes"
    ):
        room(a_node("n1", memory="1Gi", annotations={"cluster-autoscaler.kubernetes.io/scale-down-disabled": "true"}))


def test_karpenter_is_known_by_its_custom_resources(room, fake_api):
    """With no node of its own yet."""
    fake_api.put(CUSTOM_RESOURCE_DEFINITIONS, {"metadata": {"name": "nodepools.karpenter.sh"}})
    with pytest.raises(PreflightWarning, match="Karpenter may add nodes"):
        room(a_node("n1", memory="1Gi"))


def test_no_node_at_all_is_told(room):
    """Instead of an empty list."""
    with pytest.raises(ValueError, match="free is no node at all"):
        room()


def test_a_drain_has_room_where_the_chaos_copy_fits_beside_itself(room):
    """The stable copy's node takes none of it."""
    assert room(a_node("n1"), a_node("n2"), a_node("n3"), fault="node_drain") == "6 pods fit"


def test_a_drain_without_room_elsewhere_is_warned_of(room):
    """Control and loader hold one node, one is drained, and the third one is too small for what is evicted."""
    small = a_node("n3", memory="2Gi")
    with pytest.raises(
        PreflightWarning,
        match=r"the pods fit, but not when the node of taskmanager is drained: chaos-r\w+-\S+ would find no",
    ):
        room(
            a_node("n1"),
            a_node("n2"),
            small,
            fault="node_drain",
            task_manager_memory="2500m",
            job_manager_memory="1500m",
        )


def put_pod(fake_api, name, node, memory):
    requests = {"resources": {"requests": {"memory": memory}}}
    fake_api.put(
        PODS, {"metadata": {"name": name, "namespace": "x"}, "spec": {"nodeName": node, "containers": [requests]}}
    )


def test_pods_of_others_on_the_drained_node_need_room_too(cluster, fake_api):
    """They come first, perhaps."""
    for name in ("n1", "n2"):
        fake_api.put(NODES, a_node(name))
        put_pod(fake_api, f"on-{name}", name, "10Gi")
    assert [pod["metadata"]["name"] for pod in drained(places_of(cluster), "n1")] == ["on-n1"]
    assert drained(places_of(cluster), "gone") == []


def test_a_drain_that_leaves_only_others_without_a_node_says_so(room, fake_api):
    """The run itself would not FAIL."""
    for name in ("n1", "n2", "n3"):
        put_pod(fake_api, f"on-{name}", name, "9Gi")
    with pytest.raises(
        PreflightWarning, match=r"the run's pods fit, but when the node of taskmanager is drained 1 of others"
    ):
        room(a_node("n1"), a_node("n2"), a_node("n3"), fault="node_drain")


def test_what_may_not_be_asked_is_an_error_with_its_reason(room, fake_api):
    """No room is not assumed, nor is room."""
    fake_api.forbidden = {("list", "nodes")}
    with pytest.raises(ClusterError, match="cannot list nodes"):
        room()
