import json

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import DEPLOYMENTS, FLINK_DEPLOYMENTS, PODS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, SavepointTaken, StepFailed
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.model.progress_facts import StopAsked
from flink_chaos.steps import drilling
from flink_chaos.steps.run import StepError
from flink_chaos.steps.stopping import ASKED
from flink_chaos.steps.waits import WAITS, expire
from flink_chaos.verdict.expectation import expectation_lines
from flink_chaos.verdict.trouble_doubts import trouble_doubts

from tests.unit.fake_clock import FakeClock
from tests.unit.flink.fake_jobmanager import JOB, LATER_JOB, FakeJobManager
from tests.unit.plans import job_seen, looked
from tests.unit.runs import a_run


@pytest.fixture
def drill(tmp_path, cluster, monkeypatch):
    """A started drill of a deployment; its JobManager was not asked."""
    for look in ("see_before_fault", "journal_hit", "require_load"):
        monkeypatch.setattr(drilling, look, lambda *_: None)
    monkeypatch.setattr(drilling, "see_job", lambda _run, copy, moment: job_seen(moment, copy))

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


@pytest.mark.parametrize(("mode", "done"), [("savepoint", True), ("last-state", False), ("stateless", False)])
def test_a_cluster_that_is_taken_away_is_gone_before_the_return(drill, fake_api, mode, done):
    """The new one has its name. After a savepoint the JobManager stays, and nobody waits for its end."""
    run = drill(mode)
    name = run.plan.copies[Copy.CHAOS].deployment
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "jm", "namespace": "flink", "labels": {"app": name}}}
    fake_api.put(PODS, pod)
    say(run, "SUSPENDED", path="hdfs://x/s1")
    assert drilling.check_suspended(run).done is done
    run.cluster.delete(PODS, "flink", "jm")
    assert drilling.check_suspended(run).done


def test_whoever_asks_again_after_the_return_was_asked_for_is_told_so(drill):
    """As a worker that was killed right after it had asked."""
    run = drill()
    say(run, "SUSPENDED", path="hdfs://x/s1")
    drilling.check_suspended(run)
    say(run, "DEPLOYED", path="hdfs://x/s1", state="RUNNING")
    assert drilling.check_suspended(run).done
    assert len(run.journal.all(SavepointTaken)) == 1


def test_a_mode_without_a_savepoint_waits_for_none(drill):
    """The last checkpoint, or nothing, is carried over."""
    run = drill("last-state")
    say(run, "SUSPENDED")
    assert drilling.check_suspended(run).done


def test_an_application_that_fails_instead_is_told(drill):
    """With the operator's reason, once it has stood for a minute: an operator tries again."""
    clock = FakeClock()
    with using(clock):
        run = drill()
        say(run, "FAILED", state="FAILED", error="savepoint expired")
        assert not drilling.check_suspended(run).done
        clock.sleep(61)
        with pytest.raises(StepError, match=r"cannot stop chaos-.*savepoint expired"):
            drilling.check_suspended(run)


def test_an_operator_that_gave_the_stop_up_is_asked_again(drill):
    """It waits as long as a checkpoint may take, and a savepoint takes longer: the job runs on."""
    clock = FakeClock()
    with using(clock):
        run = drill()
        say(run, "STABLE", state="RUNNING", error="Timed out stopping the job")
        for seconds, asked in ((0, 1), (29, 1), (2, 2), (29, 2), (2, 3)):
            clock.sleep(seconds)
            assert "Timed out stopping the job" in drilling.check_suspended(run).message
            assert run.journal.last(StopAsked).times == asked
    options = run.cluster.get(FLINK_DEPLOYMENTS, "flink", run.plan.copies[Copy.CHAOS].deployment)["spec"]
    assert options["flinkConfiguration"] == {ASKED: "3"}


@pytest.fixture
def stopped(drill, fake_api):
    """A drill whose copy is stopped with savepoint 9, and the JobManager that comes back."""

    def make(mode="savepoint", before=JOB):
        run = drill(mode)
        run.attempt.append(looked("before the fault", latest=8, job=before))
        say(run, "SUSPENDED", path="hdfs://x/s1")
        drilling.check_suspended(run)
        jobmanager = FakeJobManager(job_id=LATER_JOB, completed=9, completed_here=0, restored=(9, 500))
        fake_api.services[f"flink/{run.plan.copies[Copy.CHAOS].deployment}-rest:8081"] = jobmanager
        return run, jobmanager

    return make


def test_a_return_is_complete_with_a_checkpoint_after_the_one_it_came_from(stopped):
    """Told by ids: a JobManager's clock that is behind has checkpoints from before the savepoint."""
    run, jobmanager = stopped()
    jobmanager.clock_ms = 0
    assert "no checkpoint since its return" in drilling.check_resumed(run).message
    jobmanager.complete()
    assert drilling.check_resumed(run).message.endswith("restored from p")
    assert run.journal.last(Evidence).felt


def test_a_return_from_nothing_has_ids_of_its_own(stopped):
    """They begin anew, far below those of the job that was stopped."""
    run, jobmanager = stopped("stateless")
    jobmanager.restored, jobmanager.completed = None, 1
    assert not drilling.check_resumed(run).done
    jobmanager.completed_here = 1
    assert drilling.check_resumed(run).message.endswith("restored from nothing")


def test_the_job_that_is_to_be_stopped_has_not_returned(stopped):
    """Its checkpoints go on, and a clock that is ahead makes them seem new."""
    run, jobmanager = stopped("last-state", before=LATER_JOB)
    jobmanager.restored, jobmanager.completed_here, jobmanager.clock_ms = None, 4, 10**14
    assert not drilling.check_resumed(run).done
    jobmanager.restore(9)
    jobmanager.complete(10)
    assert drilling.check_resumed(run).done


def test_an_application_that_does_not_come_back_is_left_to_its_catching_up(stopped):
    """The drill was felt, and who never recovers breaks the contract: that is no ABORTED."""
    run, _ = stopped()
    WAITS["resumed"].expired(run, "job RESTARTING")
    assert run.journal.last(Evidence).felt
    assert "not back in 300 s: job RESTARTING" in run.journal.last(Evidence).message
    (line,) = expectation_lines(run.plan, run.journal)
    assert (line.name, line.ok) == ("restored", False)


def test_an_application_that_the_cluster_keeps_from_coming_back_is_not_blamed(stopped, fake_api):
    """Its pod gets no image: that is a doubt, whatever the lines of the contract say."""
    run, _ = stopped()
    waiting = {"reason": "ImagePullBackOff", "message": "no such image"}
    status = {"phase": "Pending", "containerStatuses": [{"name": "main", "state": {"waiting": waiting}}]}
    metadata = {"name": "jm", "namespace": "flink", "labels": run.plan.labels | {COPY_LABEL: "chaos"}}
    fake_api.put(PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}, "status": status})
    expire(WAITS["resumed"], run, "it has no job yet")
    assert not run.journal.all(StepFailed)
    assert "ImagePullBackOff" in " ".join(trouble_doubts(run.plan, run.journal))


def test_a_return_that_its_jobmanager_does_not_tell_is_asked_for_again(stopped, monkeypatch):
    """Taken as it is, it would be a return from nothing."""
    run, jobmanager = stopped()
    jobmanager.complete()
    monkeypatch.setattr(drilling, "see_checkpoints", lambda *_: False)
    assert not drilling.check_resumed(run).done
    assert run.journal.last(Evidence) is None


@pytest.mark.parametrize("kind", [DEPLOYMENTS, PODS])
def test_it_is_not_resumed_while_the_old_cluster_is_still_going(drill, kind):
    """The new one has its name: what removes the old one would remove it too."""
    run = drill("stateless")
    name = run.plan.copies[Copy.CHAOS].deployment
    metadata = {"name": name, "namespace": "flink", "labels": {"app": name}}
    run.cluster.create(kind, "flink", {"apiVersion": "v1", "kind": kind.plural, "metadata": metadata})
    say(run, "SUSPENDED")
    assert (drilling.check_suspended(run).done, job(run)["state"]) == (False, "suspended")
    run.cluster.delete(kind, "flink", name)
    assert (drilling.check_suspended(run).done, job(run)["state"]) == (True, "running")
