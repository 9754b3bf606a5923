import pytest
from flink_chaos.cluster.objects import PODS, ClusterError
from flink_chaos.cluster.pods import Pod, pod_log, pods


def test_pods_are_read_with_what_a_run_needs(cluster, fake_api):
    """Node, readiness and whether their end was asked for."""
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    metadata = {"name": "b", "namespace": "ns", "labels": {"app": "x"}, "uid": "u-b"}
    fake_api.put(PODS, {"metadata": metadata, "spec": {"nodeName": "node1"}, "status": status})
    ending = {"name": "a", "namespace": "ns", "labels": {"app": "x"}, "uid": "u-a", "finalizers": ["f"]}
    fake_api.put(PODS, {"metadata": {**ending, "deletionTimestamp": "2026-01-01T00:00:00Z"}})
    assert pods(cluster, "ns", {"app": "x"}) == [
        Pod("a", "u-a", "", "Unknown", ready=False, deleting=True, labels={"app": "x"}),
        Pod("b", "u-b", "node1", "Running", ready=True, deleting=False, labels={"app": "x"}),
    ]


def test_a_log_comes_as_its_last_lines(cluster, fake_api):
    """As text, not as JSON."""
    fake_api.logs["p"] = "one\ntwo\nthree ü\n"
    assert pod_log(cluster, "ns", "p", "main", tail=2, previous=True) == "two\nthree ü\n"
    assert fake_api.requests[-1].query == {"tailLines": "2", "container": "main", "previous": "true"}


def test_a_log_of_no_pod_is_an_error(cluster):
    """It names the pod."""
    with pytest.raises(ClusterError, match=r"cannot read the log of pod 'p' in namespace 'ns'.*404"):
        pod_log(cluster, "ns", "p")
