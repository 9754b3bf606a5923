import json
from types import SimpleNamespace

import pytest
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, SavepointTaken
from flink_chaos.steps import drilling
from flink_chaos.steps.run import Run, StepError

from tests.unit.runs import a_run


@pytest.fixture
def drill(tmp_path, cluster, monkeypatch):
    """A started drill of a deployment; its JobManager is not asked."""
    monkeypatch.setattr(drilling, "see_checkpoints", lambda *_: True)
    for look in ("see_before_fault", "see_job", "journal_hit", "require_load"):
        monkeypatch.setattr(drilling, look, lambda *_: None)

    def make(mode="savepoint"):
        run = a_run(tmp_path, cluster, fault="savepoint", upgrade_mode=mode)
        metadata = {"name": run.plan.copies[Copy.CHAOS].deployment, "namespace": "flink"}
        spec = {"job": {"state": "running", "upgradeMode": "savepoint"}}
        cluster.create(
            FLINK_DEPLOYMENTS,
            "flink",
            {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "metadata": metadata, "spec": spec},
        )
        drilling.start_drill(run)
        return run

    return make


def job(run):
    return run.cluster.get(FLINK_DEPLOYMENTS, "flink", run.plan.copies[Copy.CHAOS].deployment)["spec"]["job"]


def say(run, lifecycle, path=None, state="FINISHED", error=None):
    """What the operator reports of the present spec."""
    reconciled = json.dumps({"resource_metadata": {"metadata": {"generation": 99}}})
    status = {
        "lifecycleState": lifecycle,
        "error": error,
        "jobStatus": {"state": state, "savepointInfo": {"lastSavepoint": {"location": path} if path else None}},
        "reconciliationStatus": {"lastReconciledSpec": reconciled},
    }
    name = run.plan.copies[Copy.CHAOS].deployment
    run.cluster.merge(FLINK_DEPLOYMENTS, "flink", name, {"status": status})


@pytest.mark.parametrize("mode", ["savepoint", "last-state", "stateless"])
def test_the_copy_is_suspended_in_the_mode_that_was_asked_for(drill, mode):
    """As a redeploy would."""
    assert job(drill(mode)) == {"state": "suspended", "upgradeMode": mode}


def test_it_is_resumed_once_its_savepoint_is_there(drill):
    """The path is a fact; before it there is none to come back from."""
    run = drill()
    say(run, "SUSPENDED")
    assert not drilling.check_suspended(run).done
    say(run, "SUSPENDED", path="hdfs://x/s1")
    assert drilling.check_suspended(run).done
    assert (run.journal.last(SavepointTaken).path, job(run)["state"]) == ("hdfs://x/s1", "running")


def test_a_mode_without_a_savepoint_waits_for_none(drill):
    """The last checkpoint, or nothing, is carried over."""
    run = drill("last-state")
    say(run, "SUSPENDED")
    assert drilling.check_suspended(run).done


def test_an_application_that_fails_instead_is_told(drill):
    """With the operator's reason."""
    run = drill()
    say(run, "FAILED", state="FAILED", error="savepoint expired")
    with pytest.raises(StepError, match=r"cannot stop chaos-.*savepoint expired"):
        drilling.check_suspended(run)


def test_a_return_that_its_jobmanager_does_not_tell_is_asked_for_again(drill, monkeypatch):
    """Taken as it is, it would be a return from nothing."""
    run = drill()
    job_seen = SimpleNamespace(id="j1", runs=True)
    answers = SimpleNamespace(latest_trigger_ms=1)
    there = SimpleNamespace(job=lambda: job_seen, checkpoints=lambda _: answers)
    monkeypatch.setattr(Run, "jobmanager", lambda *_: there)
    monkeypatch.setattr(drilling, "see_checkpoints", lambda *_: False)
    assert not drilling.check_resumed(run).done
    assert run.journal.last(Evidence) is None
    monkeypatch.setattr(drilling, "see_checkpoints", lambda *_: True)
    assert drilling.check_resumed(run).done
