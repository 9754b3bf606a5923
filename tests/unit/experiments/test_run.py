"""What every run writes, whatever its fault does."""

from __future__ import annotations

from experiments.errors import AbortedError
from experiments.result import Mark
from experiments.targets import Owner
from tests.unit.experiments import fakes
from tests.unit.experiments.fakes import POD, FakeCluster


def run(cluster, fault=lambda _run: None, **env) -> str:
    return fakes.run(cluster, fault, "pod-delete", **env)


def test_probes_are_refused_before_anything_happens():
    """A probe that is not run must not look like one that passed."""
    cluster, done = FakeCluster(POD, probes=[{"name": "p"}]), []
    assert run(cluster, done.append) == "Error"
    assert done == []


def test_an_abort_is_stopped():
    """Phase, verdict, code and counter of Litmus."""

    def aborted(_run):
        raise AbortedError

    cluster = FakeCluster(POD)
    assert run(cluster, aborted) == "Stopped"
    assert (cluster.verdict["phase"], cluster.verdict["errorOutput"]["errorCode"]) == ("Stopped", "EXPERIMENT_ABORTED")
    assert cluster.stored_result["status"]["history"]["stoppedRuns"] == 1


def test_an_unknown_failure_is_an_error():
    """Nothing leaves the result Awaited."""

    def broken(_run):
        raise ZeroDivisionError("strange")

    cluster = FakeCluster(POD)
    assert run(cluster, broken) == "Error"
    assert cluster.reason == "strange"


def test_counters_survive_in_a_result_of_the_same_name():
    """And what the run before has told does not."""
    cluster = FakeCluster(POD)
    run(cluster, lambda one: one.annotate({"flink-chaos.io/delay-0": "{}"}))
    run(cluster, POD_NAME="another-1")
    assert cluster.stored_result["status"]["history"]["passedRuns"] == 2
    assert cluster.annotations == {}


def test_a_fault_that_is_there_can_be_seen_at_once():
    """Litmus' annotation while it runs, the history at the end; a hard end leaves `injected` to be seen."""
    cluster, seen = FakeCluster(POD), []

    def fault(one):
        one.mark(Owner("node", "node1"), Mark.INJECTED)
        seen.append(dict(cluster.annotations))
        one.mark(Owner("node", "node1"), Mark.REVERTED)

    run(cluster, fault)
    assert seen == [{"node/node1": "injected"}]
    assert cluster.annotations == {}
    assert cluster.targets == [{"name": "node1", "kind": "node", "chaosStatus": "reverted"}]


def test_a_name_too_long_for_an_annotation_is_still_in_the_history():
    """Keys of annotations have 63 characters behind the slash."""
    cluster = FakeCluster(POD)
    run(cluster, lambda one: one.mark(Owner("node", "n" * 64), Mark.INJECTED))
    assert cluster.history == []
    assert cluster.targets[0]["chaosStatus"] == "injected"


def test_a_second_pod_of_the_same_job_injects_nothing():
    """Kubernetes starts one when the first ended badly: after its verdict nothing happens, without one it is an Error."""
    cluster, done = FakeCluster(POD), []
    assert run(cluster, done.append) == "Pass"
    assert run(cluster, done.append, POD_NAME="experiment-2") == "Pass"
    cluster.verdict["verdict"] = "Awaited"
    assert run(cluster, done.append, POD_NAME="experiment-3") == "Error"
    assert (len(done), "nothing is injected twice" in cluster.reason) == (1, True)


def test_an_engine_that_ends_already_is_obeyed():
    """A SIGTERM is lost while Python still imports."""
    cluster, done = FakeCluster(POD), []
    cluster.spec["engineState"] = "stop"
    assert (run(cluster, done.append), done) == ("Stopped", [])
