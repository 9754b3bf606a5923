from datetime import datetime

import pytest
from flink_chaos.cluster.objects import PODS, ClusterError
from flink_chaos.cluster.pods import Pod, pod_log, pod_of, pods


def test_pods_are_read_with_what_a_run_needs(cluster, fake_api):
    """Node, readiness, restarts and whether their end was asked for."""
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    status["containerStatuses"] = [{"imageID": "i@sha256:1", "restartCount": 2}, {"restartCount": 1}]
    metadata = {"name": "b", "namespace": "ns", "labels": {"app": "x"}, "uid": "u-b"}
    fake_api.put(PODS, {"metadata": metadata, "spec": {"nodeName": "node1"}, "status": status})
    ending = {"name": "a", "namespace": "ns", "labels": {"app": "x"}, "uid": "u-a", "finalizers": ["f"]}
    fake_api.put(PODS, {"metadata": {**ending, "deletionTimestamp": "2026-01-01T00:00:00Z"}})
    assert pods(cluster, "ns", {"app": "x"}) == [
        Pod("a", "u-a", "", "Unknown", ready=False, deleting=True, labels={"app": "x"}),
        Pod("b", "u-b", "node1", "Running", True, False, {"app": "x"}, image="i@sha256:1", restarts=3),
    ]


def test_a_log_comes_as_its_last_lines(cluster, fake_api):
    """As text, not as JSON."""
    fake_api.logs["p"], fake_api.earlier["p"] = "", "one\ntwo\nthree ü\n"
    assert pod_log(cluster, "ns", "p", "main", tail=2, previous=True) == "two\nthree ü\n"
    assert fake_api.requests[-1].query == {
        "tailLines": "2",
        "container": "main",
        "previous": "true",
        "limitBytes": "5000000",
    }


def test_a_log_of_no_pod_is_an_error(cluster):
    """It names the pod."""
    with pytest.raises(ClusterError, match=r"cannot read the log of pod 'p' in namespace 'ns'.*404"):
        pod_log(cluster, "ns", "p")


def test_a_log_is_asked_for_from_a_whole_second_on(cluster, fake_api):
    """In UTC, with moments, and not more than so many bytes."""
    fake_api.logs["p"] = "2026-01-01T10:00:04Z a\n2026-01-01T10:00:05Z b\n2026-01-01T10:00:06Z c\n"
    since = datetime.fromisoformat("2026-01-01T12:00:05.9+02:00")
    assert pod_log(cluster, "ns", "p", timed=True, since=since, most_bytes=25) == "2026-01-01T10:00:05Z b\n20"
    wanted = {"timestamps": "true", "sinceTime": "2026-01-01T10:00:05Z", "limitBytes": "25"}
    assert wanted.items() <= fake_api.requests[-1].query.items()


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", "a,b", "a\n", "P", None])
def test_a_pod_of_no_name_is_refused(name):
    """Its name becomes a path, a folder and a fault's target."""
    with pytest.raises(ClusterError, match=r"cannot read a pod: .* is no name of a pod"):
        pod_of({"metadata": {"name": name, "uid": "u"}})
