import pytest
from flink_chaos.cluster.nodes import Node, node
from flink_chaos.cluster.resources import NODES


def a_node(ready="True", spec=None, **pressures):
    conditions = [{"type": "Ready", "status": ready}]
    conditions += [{"type": name, "status": status} for name, status in pressures.items()]
    return {"metadata": {"name": "n"}, "spec": spec or {}, "status": {"conditions": conditions}}


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (a_node(MemoryPressure="False"), Node("n", ready=True, schedulable=True)),
        (a_node(spec={"unschedulable": True}), Node("n", ready=True, schedulable=False, closed="cordoned")),
        (a_node(ready="Unknown"), Node("n", ready=False, schedulable=True, closed="not ready")),
        (
            a_node(PIDPressure="True", DiskPressure="True", NetworkUnavailable="True"),
            Node(
                "n",
                ready=True,
                schedulable=True,
                pressure=("DiskPressure", "PIDPressure"),
                closed="without network; DiskPressure; PIDPressure",
            ),
        ),
        ({"metadata": {"name": "n"}}, Node("n", ready=False, schedulable=True)),
    ],
)
def test_a_node_is_read_with_what_keeps_pods_from_it(cluster, fake_api, item, told):
    """A kubelet that says nothing any more makes Ready Unknown: that is not ready."""
    fake_api.put(NODES, item)
    assert node(cluster, "n") == told


def test_a_node_that_is_gone_is_none(cluster):
    """An autoscaler takes nodes away."""
    assert node(cluster, "n") is None
