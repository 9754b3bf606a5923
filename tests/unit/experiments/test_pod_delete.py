"""pod-delete on a cluster made of dictionaries."""

from __future__ import annotations

from dataclasses import replace

from experiments import pod_delete
from experiments.targets import Owner, Pod
from tests.unit.experiments import fakes
from tests.unit.experiments.fakes import POD, FakeCluster


def run(cluster, **env) -> str:
    return fakes.run(cluster, pod_delete.inject, "pod-delete", **({"CHAOS_INTERVAL": "10", "FORCE": "true"} | env))


def test_one_kill_passes():
    """Everything that a run writes, from the first event to the last."""
    cluster = FakeCluster(POD)
    assert run(cluster) == "Pass"
    assert cluster.deleted == [("tm-1", True)]
    assert cluster.verdict == {"phase": "Completed", "verdict": "Pass", "probeSuccessPercentage": "100"}
    history = cluster.stored_result["status"]["history"]
    assert history == {
        "passedRuns": 1,
        "failedRuns": 0,
        "stoppedRuns": 0,
        "targets": [{"name": "app", "kind": "deployment", "chaosStatus": "targeted"}],
    }
    assert cluster.stored_result["metadata"]["labels"] == {"run": "r", "name": "e-pod-delete", "chaosUID": "u"}
    assert cluster.events == ["Awaited", "ChaosInject", "Pass", "Summary"]


def test_repeated_kills_follow_the_label():
    """Each interval has a kill of whatever then carries the label."""
    cluster = FakeCluster(POD)
    assert run(cluster, TOTAL_CHAOS_DURATION="30") == "Pass"
    assert [name for name, _ in cluster.deleted] == ["tm-1", "tm-2", "tm-3"]


def test_serial_waits_between_pods():
    """One pod after the other, each with the interval."""
    second = replace(POD, name="tm-b", uid="b")
    cluster = FakeCluster(POD, second)
    assert run(cluster, SEQUENCE="serial", PODS_AFFECTED_PERC="100", FORCE="false", TOTAL_CHAOS_DURATION="20") == "Pass"
    assert {name for name, _ in cluster.deleted} == {"tm-1", "tm-b"}
    assert not any(force for _, force in cluster.deleted)


def test_a_missing_target_is_an_error_with_its_code():
    """A pod of TARGET_PODS that is not there is named."""
    cluster = FakeCluster(POD)
    assert run(cluster, TARGET_PODS="gone") == "Error"
    assert cluster.verdict["phase"] == "Error"
    assert cluster.verdict["probeSuccessPercentage"] == "0"
    assert cluster.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"
    assert "gone" in cluster.reason
    assert cluster.deleted == []


def test_no_match_is_an_error():
    """Nothing to hit is not success."""
    cluster = FakeCluster()
    assert run(cluster) == "Error"
    assert cluster.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"


def test_target_pods_win_over_targets():
    """As in Litmus."""
    other = Pod("other", "flink", "o", {}, Owner("deployment", "other"), ready=True)
    cluster = FakeCluster(POD, other)
    run(cluster, TARGET_PODS="other")
    assert [name for name, _ in cluster.deleted] == ["other"]


def test_a_workload_that_does_not_come_back_is_an_error():
    """Litmus waits for the workload after each kill."""
    cluster = FakeCluster(POD, heals=False)
    assert run(cluster) == "Error"
    assert cluster.verdict["errorOutput"]["errorCode"] == "STATUS_CHECKS_ERROR"


def test_a_bad_variable_of_the_fault_is_an_error_that_names_it():
    """The result says so; a crash would make the Job start the fault again."""
    cluster = FakeCluster(POD)
    assert run(cluster, CHAOS_INTERVAL="soon") == "Error"
    assert "CHAOS_INTERVAL" in cluster.reason
    assert cluster.deleted == []


def test_defaults_are_those_of_litmus():
    """Empty values of the hub mean the default."""
    fault = pod_delete.read(fakes.Variables({"CHAOS_INTERVAL": "", "FORCE": ""}))
    assert (fault.interval, fault.force, fault.random_interval) == (10, False, False)
