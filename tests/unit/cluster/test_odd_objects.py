import pytest
from flink_chaos.cluster.events import event_of
from flink_chaos.cluster.leases import acquire, holder_of, release
from flink_chaos.cluster.nodes import node_of
from flink_chaos.cluster.places import places
from flink_chaos.cluster.pods import pod_of
from flink_chaos.cluster.resources import LEASES, PODS
from flink_chaos.cluster.trouble import pod_causes

NAMED = {"metadata": {"name": "x", "uid": "u", "namespace": "ns"}}
ODD = [
    NAMED,
    NAMED | {"spec": None, "status": None},
    NAMED | {"spec": {}, "status": {"conditions": [{}], "containerStatuses": [{}]}},
]


@pytest.mark.parametrize("item", ODD)
def test_objects_of_which_little_is_known_are_read(item):
    """Kubernetes leaves out what is empty; a bare Python error would tell nobody anything."""
    assert pod_of(item).node == ""
    assert node_of(item).name == "x"
    assert event_of(item).name == ""
    assert list(pod_causes([item], [item])) == []
    assert places([item], [item])["x"].pods == []


def test_a_lease_without_its_fields_is_a_free_lock(cluster, fake_api):
    """It is taken and freed as any other."""
    fake_api.put(LEASES, {"metadata": {"name": "lock", "namespace": "ns", "annotations": None}, "spec": None})
    assert holder_of(cluster, "ns", "lock") is None
    assert acquire(cluster, "ns", "lock", "one", {"a": "b"}) is None
    assert release(cluster, "ns", "lock", "one")


def test_a_list_without_items_is_empty(cluster, monkeypatch):
    """Some servers say null."""
    monkeypatch.setattr(cluster, "answer", lambda *_, **__: {"items": None})
    assert cluster.list(PODS, "ns") == []
