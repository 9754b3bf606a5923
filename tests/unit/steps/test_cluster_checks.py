import pytest
from flink_chaos.cluster.resources import LIMIT_RANGES, NODES, RESOURCE_QUOTAS
from flink_chaos.steps import cluster_checks
from flink_chaos.steps.checking import PreflightWarning

from tests.unit.runs import a_run


def test_a_namespace_without_room_in_its_quota_is_told_before_anything_begins(tmp_path, cluster, fake_api):
    """Else a deployment would wait for pods that nobody makes."""
    run = a_run(tmp_path, cluster)
    assert cluster_checks.quotas(run) == "0 quotas and 0 limit ranges allow the run's pods"
    fake_api.put(
        RESOURCE_QUOTAS, {"metadata": {"name": "q", "namespace": run.namespace}, "spec": {"hard": {"pods": "5"}}}
    )
    with pytest.raises(
        ValueError, match="namespace flink refuses pods: quota q: 0 of 5 pods are used, the run's pods ask for 6"
    ):
        cluster_checks.quotas(run)


def test_a_pod_that_the_namespace_finds_too_large_is_told(tmp_path, cluster, fake_api):
    """Flink's limits are multiples of its requests."""
    run = a_run(tmp_path, cluster, task_manager_cpu=1)
    bounds = {"limits": [{"type": "Container", "max": {"cpu": "4"}}]}
    fake_api.put(LIMIT_RANGES, {"metadata": {"name": "l", "namespace": run.namespace}, "spec": bounds})
    with pytest.raises(ValueError, match="limit range l: a container may have 4 cpu at most, one of the run may use 5"):
        cluster_checks.quotas(run)


def test_quotas_that_may_not_be_read_block_no_run(tmp_path, cluster, fake_api):
    """They may be there or not."""
    fake_api.forbidden = {("list", "resourcequotas")}
    with pytest.raises(PreflightWarning, match="not known: cannot list resourcequotas"):
        cluster_checks.quotas(a_run(tmp_path, cluster))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"spec": {"unschedulable": True}},
        {"spec": {"taints": [{"key": "k", "effect": "NoExecute"}]}},
        {"spec": {}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}},
    ],
)
def test_a_drain_needs_three_nodes_that_take_pods(tmp_path, cluster, fake_api, spoilt):
    """Not three nodes."""
    run = a_run(tmp_path, cluster, fault="node_drain")
    for name in ("n1", "n2", "n3"):
        fake_api.put(NODES, {"metadata": {"name": name}, "spec": {}})
    assert cluster_checks.fault(run) == "Node drain"
    fake_api.put(NODES, {"metadata": {"name": "n3"}, **spoilt})
    with pytest.raises(ValueError, match=r"needs 3 nodes that take the run's pods .* there are 2; add one"):
        cluster_checks.fault(run)
