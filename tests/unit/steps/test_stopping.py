import json

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import SavepointTaken, Stopped
from flink_chaos.model.progress_facts import StopAsked
from flink_chaos.steps.stopping import ASKED, check_stopped, suspend

from tests.unit.fake_clock import FakeClock
from tests.unit.plans import AT
from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, cluster):
    """A run whose chaos copy is asked to stop."""
    run = a_run(tmp_path, cluster)
    metadata = {"name": run.plan.copies[Copy.CHAOS].deployment, "namespace": "flink"}
    body = {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "metadata": metadata, "spec": {}}
    cluster.create(FLINK_DEPLOYMENTS, "flink", body)
    return run


def say(run, **status):
    """What the operator reports of the present spec."""
    reconciled = json.dumps({"resource_metadata": {"metadata": {"generation": 99}}})
    name = run.plan.copies[Copy.CHAOS].deployment
    told = {"reconciliationStatus": {"lastReconciledSpec": reconciled}, **status}
    run.cluster.merge(FLINK_DEPLOYMENTS, "flink", name, {"status": told})


def options(run):
    found = run.cluster.get(FLINK_DEPLOYMENTS, "flink", run.plan.copies[Copy.CHAOS].deployment)
    return found["spec"].get("flinkConfiguration")


def test_an_operator_that_gave_up_is_asked_again_and_its_reason_is_told(run):
    """The stop may take longer than a checkpoint may."""
    clock = FakeClock()
    with using(clock):
        suspend(run, Copy.CHAOS)
        say(run, jobStatus={"state": "RUNNING"}, error="Timed out stopping the job j1 with savepoint")
        told = check_stopped(run, Copy.CHAOS).message
        assert (told.endswith("the operator: Timed out stopping the job j1 with savepoint"), options(run)) == (
            True,
            None,
        )
        clock.sleep(31)
        check_stopped(run, Copy.CHAOS)
    assert (options(run), run.journal.last(StopAsked).times) == ({ASKED: "2"}, 2)


def test_a_copy_that_is_being_stopped_is_not_asked_again(run):
    """Only while its job still runs, as if nobody had asked."""
    clock = FakeClock()
    with using(clock):
        suspend(run, Copy.CHAOS)
        say(run, jobStatus={"state": "FINISHED"})
        clock.sleep(300)
        check_stopped(run, Copy.CHAOS)
    assert options(run) is None


@pytest.mark.parametrize(
    ("path", "done"), [("hdfs://x/drill", False), ("KUBERNETES_OPERATOR_LAST_STATE", False), ("hdfs://x/new", True)]
)
def test_only_a_new_savepoint_ends_it(run, path, done):
    """Not the one of a drill, and not the word for none."""
    run.attempt.append(SavepointTaken(at=AT, path="hdfs://x/drill"))
    suspend(run, Copy.CHAOS)
    say(run, lifecycleState="SUSPENDED", jobStatus={"state": "FINISHED", "upgradeSavepointPath": path})
    assert check_stopped(run, Copy.CHAOS).done is done


def test_a_job_that_failed_meanwhile_is_told_after_a_minute(run):
    """What an operator says for a moment ends nothing."""
    clock = FakeClock()
    with using(clock):
        suspend(run, Copy.CHAOS)
        say(run, jobStatus={"state": "FAILED"}, error="out of attempts")
        assert not check_stopped(run, Copy.CHAOS).done
        clock.sleep(61)
        assert check_stopped(run, Copy.CHAOS).done
    assert "out of attempts" in run.journal.last(Stopped).message
