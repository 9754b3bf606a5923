import pytest
from flink_chaos.cluster.quotas import refusals

POD = {
    "spec": {
        "containers": [
            {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}}}
        ]
    }
}
PODS = [POD, POD]


def quota(used=(), **hard):
    return {"metadata": {"name": "q"}, "spec": {"hard": hard}, "status": {"used": dict(used)}}


def limits(kind="Container", **bounds):
    return {"metadata": {"name": "l"}, "spec": {"limits": [{"type": kind, **bounds}]}}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (quota({"pods": "9"}, pods="10"), "quota q: 9 of 10 pods are used, the run's pods ask for 2"),
        (
            quota({"requests.memory": "7Gi"}, **{"requests.memory": "8Gi"}),
            "quota q: 7.00 GiB of 8.00 GiB requests.memory are used, the run's pods ask for 2.00 GiB",
        ),
        (quota(cpu="900m"), "quota q: 0 of 0.9 cpu are used, the run's pods ask for 1"),
        (quota(**{"limits.cpu": "3"}), "quota q: 0 of 3 limits.cpu are used, the run's pods ask for 4"),
        (quota(**{"count/pods": "1"}), "quota q: 0 of 1 count/pods are used, the run's pods ask for 2"),
    ],
)
def test_a_quota_that_would_be_used_up_is_told(found, told):
    """With what is used, allowed and asked for."""
    assert refusals([found], [], PODS) == [told]


@pytest.mark.parametrize(
    "found",
    [
        quota({"pods": "8"}, pods="10"),
        quota(services="0"),
        {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}, "scopes": ["BestEffort"]}},
        {"metadata": {"name": "q"}},
    ],
)
def test_a_quota_that_leaves_enough_or_is_not_for_these_pods_refuses_none(found):
    """Nor one of which nothing is known."""
    assert refusals([found], [], PODS) == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            limits(max={"memory": "512Mi"}),
            "a container may have 0.50 GiB memory at most, one of the run may use 1.00 GiB",
        ),
        (limits("Pod", max={"cpu": "1"}), "a pod may have 1 cpu at most, one of the run may use 2"),
        (limits(min={"cpu": "1"}), "a container asks for 1 cpu at least, one of the run asks for 0.5"),
    ],
)
def test_a_pod_out_of_bounds_is_told_once(found, told):
    """Though all of them are."""
    assert refusals([], [found], PODS) == [f"limit range l: {told}"]


def test_bounds_that_hold_refuse_none():
    """Defaults and volumes are no bounds of pods."""
    fine = [
        limits(max={"memory": "1Gi"}, default={"cpu": "1"}),
        limits("PersistentVolumeClaim", max={"storage": "1"}),
        {"metadata": {"name": "l"}},
    ]
    assert refusals([], fine, PODS) == []
