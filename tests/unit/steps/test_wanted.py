import pytest
from flink_chaos.cluster.quantities import requests_of
from flink_chaos.steps.wanted import flink_bytes, wanted_pods

from tests.unit.plans import a_plan


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("1024m", 2**30), ("2g", 2**31), ("512 mb", 2**29), ("1Gi", 2**30), ("1048576", 2**20), ("2048k", 2**21)],
)
def test_memory_is_read_as_flink_writes_it(text, bytes_):
    """Its m is a mebibyte, not a thousandth."""
    assert flink_bytes(text) == bytes_


def pods(**parameters):
    plan = a_plan(**parameters)
    return plan, {pod["metadata"]["name"].replace(f"-{plan.run_key}", ""): pod for pod in wanted_pods(plan)}


def test_every_pod_of_a_run_is_wanted_with_what_it_asks_for():
    """Two of each copy, and the loader's."""
    plan, found = pods(task_manager_memory="2g", task_manager_cpu=0.5)
    assert [
        f"{who}-{part}-0" for who in ("stable", "chaos", "loader") for part in ("jobmanager", "taskmanager")
    ] == list(found)
    asked = requests_of(found["chaos-taskmanager-0"])
    assert asked == {"cpu": 0.5, "memory": 2**31, "pods": 1}
    assert plan.labels.items() <= found["chaos-taskmanager-0"]["metadata"]["labels"].items()


def test_fewer_slots_are_more_taskmanagers():
    """Flink starts as many as the parallelism needs."""
    plan, found = pods(flink_configuration={"taskmanager.numberOfTaskSlots": "1"})
    assert sum(name.startswith("chaos-taskmanager") for name in found) == plan.pipeline.application.parallelism


def test_options_of_flink_choose_nodes_too():
    """Labels of nodes, and taints to tolerate."""
    options = {
        "kubernetes.taskmanager.node-selector": "disk:ssd,zone:a",
        "kubernetes.taskmanager.tolerations": "key:k1,operator:Equal,value:v1,effect:NoSchedule;key:k2,operator:Exists",
    }
    _, found = pods(flink_configuration=options)
    spec = found["stable-taskmanager-0"]["spec"]
    assert spec["nodeSelector"] == {"disk": "ssd", "zone": "a"}
    assert spec["tolerations"] == [
        {"key": "k1", "operator": "Equal", "value": "v1", "effect": "NoSchedule"},
        {"key": "k2", "operator": "Exists"},
    ]
    assert "nodeSelector" not in found["stable-jobmanager-0"]["spec"]
