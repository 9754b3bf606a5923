import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Deployed
from flink_chaos.model.running_facts import Running
from flink_chaos.steps.deploying import check_running, deployment_of
from flink_chaos.steps.run import StepError
from flink_chaos.steps.standing import standing_failure
from flink_chaos.steps.waits import WAITS, ask

from tests.unit.fake_clock import FakeClock
from tests.unit.flink.fake_jobmanager import JOB, LATER_JOB, FakeJobManager
from tests.unit.runs import a_run

AWAY = (503, {"kind": "Status", "message": "no endpoints available"})


@pytest.fixture
def starting(tmp_path, cluster, fake_api):
    """A run whose chaos copy is applied, and its JobManager."""
    run, jobmanager = a_run(tmp_path, cluster), FakeJobManager()
    name = run.plan.copies[Copy.CHAOS].deployment
    metadata = {"name": name, "namespace": "flink"}
    body = {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "metadata": metadata, "spec": {}}
    cluster.create(FLINK_DEPLOYMENTS, "flink", body)
    fake_api.services[f"flink/{name}-rest:8081"] = jobmanager
    return run, jobmanager


def say(run, **status):
    name = run.plan.copies[Copy.CHAOS].deployment
    run.cluster.merge(FLINK_DEPLOYMENTS, "flink", name, {"status": status})


@pytest.mark.parametrize(("finished", "done"), [(0, True), (1, True)])
def test_a_copy_runs_although_a_bounded_task_of_it_has_finished(starting, finished, done):
    """What has come to its end is not missing."""
    run, jobmanager = starting
    jobmanager.tasks = {"running": 2, "finished": finished}
    assert check_running(run, Copy.CHAOS).done is done


@pytest.mark.parametrize(
    "tasks", [{"running": 1, "initializing": 1}, {"running": 1, "scheduled": 1}, {"finished": 2}, {}]
)
def test_a_copy_does_not_run_before_each_task_does(starting, tasks):
    """And not when all have finished."""
    run, jobmanager = starting
    jobmanager.tasks = tasks
    assert not check_running(run, Copy.CHAOS).done


def test_of_several_jobs_the_one_that_lives_is_asked(starting):
    """A JobManager without high availability that came back tells of the ended one first."""
    run, jobmanager = starting
    line = {"jid": LATER_JOB, "state": "FAILED", "start-time": 10**12, "tasks": {"failed": 2}}
    jobmanager.older = [line]
    check_running(run, Copy.CHAOS)
    assert run.journal.last(Deployed).job_id == JOB


@pytest.mark.parametrize(
    "status",
    [
        {"lifecycleState": "FAILED", "error": "the webhook does not answer"},
        {"jobManagerDeploymentStatus": "ERROR", "error": "ImagePullBackOff"},
    ],
)
def test_a_failure_that_passes_ends_nothing(starting, status):
    """An operator tells it before it has deployed for the first time, and tries again."""
    run, jobmanager = starting
    clock = FakeClock()
    with using(clock):
        jobmanager.status = AWAY
        say(run, **status)
        assert status["error"] in check_running(run, Copy.CHAOS).message
        clock.sleep(30)
        assert not check_running(run, Copy.CHAOS).done
        jobmanager.status = None
        say(run, lifecycleState="STABLE", jobManagerDeploymentStatus="READY", error=None)
        assert check_running(run, Copy.CHAOS).done


def test_a_failure_of_the_start_is_none_of_what_comes_later(starting):
    """A job that ran has left it behind: the next one gets its own minute."""
    run, jobmanager = starting
    clock = FakeClock()
    with using(clock):
        jobmanager.status = AWAY
        say(run, lifecycleState="FAILED", error="the webhook does not answer")
        check_running(run, Copy.CHAOS)
        jobmanager.status = None
        assert check_running(run, Copy.CHAOS).done
        clock.sleep(600)
        assert standing_failure(run, deployment_of(run, run.plan.copies[Copy.CHAOS].deployment)) is None


def test_a_failure_that_stands_ends_the_run_with_its_reason(starting):
    """After a minute, and not after all that the start may take."""
    run, jobmanager = starting
    clock = FakeClock()
    with using(clock):
        jobmanager.status = AWAY
        say(run, lifecycleState="FAILED", error="spec is not valid")
        check_running(run, Copy.CHAOS)
        clock.sleep(61)
        with pytest.raises(StepError, match=r"FlinkDeployment flink/chaos-.*spec is not valid"):
            check_running(run, Copy.CHAOS)


def test_a_failure_of_an_earlier_spec_is_none_of_this_one(starting):
    """The operator has not come round yet."""
    run, jobmanager = starting
    clock = FakeClock()
    with using(clock):
        jobmanager.status = AWAY
        reconciled = '{"resource_metadata": {"metadata": {"generation": 0}}}'
        say(run, jobStatus={"state": "FAILED"}, reconciliationStatus={"lastReconciledSpec": reconciled})
        check_running(run, Copy.CHAOS)
        clock.sleep(90)
        assert not check_running(run, Copy.CHAOS).done


FORBIDDEN = {"kind": "Status", "reason": "Forbidden", "message": "services is forbidden"}


@pytest.mark.parametrize("answer", [(403, FORBIDDEN), (403, "no"), (401, "who are you")])
def test_what_is_forbidden_at_the_jobmanager_is_told_at_once(starting, answer):
    """In one line that names the right; no waiting grants it."""
    run, jobmanager = starting
    jobmanager.status = answer
    with pytest.raises(
        StepError, match=r"cannot ask the JobManager: GET /jobs/overview of service chaos-.*40[13]: "
    ) as told:
        ask(WAITS["deploy_chaos"], run)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (AWAY, "no ready pod stands behind its service"),
        ((404, {"kind": "Status", "message": 'services "x" not found'}), "its service does not exist yet"),
        ((404, {"errors": ["NotFoundException: Job j1 not found"]}), "404: NotFoundException: Job j1 not found"),
        ((401, {"kind": "Status", "message": "Unauthorized"}), "401: Unauthorized"),
        ((500, {"errors": ["Internal server error.", "busy"]}), "500: busy"),
        ((200, {"jobs": [{}]}), "it has no job yet"),
        ((200, {}), "is not what Flink answers"),
        ((200, [1]), "is not what Flink answers"),
    ],
)
def test_what_may_pass_at_the_jobmanager_is_told_apart(starting, answer, words):
    """Each by what it means."""
    run, jobmanager = starting
    jobmanager.status = answer
    progress = ask(WAITS["deploy_chaos"], run)
    assert (progress.done, words in progress.message) == (False, True), progress.message


def test_what_runs_is_read_back_once_it_does(starting):
    """Who set it otherwise, in SQL or in code, counts more than the deployment."""
    run, jobmanager = starting
    jobmanager.config = {"interval": 60_000, "timeout": 10_000, "mode": "exactly_once"}
    jobmanager.positions = {0: 5}
    assert check_running(run, Copy.CHAOS).done
    found = run.journal.last(Running, copy_=Copy.CHAOS)
    assert (found.interval_ms, found.topics, len(found.differences)) == (60_000, ["ad-events"], 1)


@pytest.mark.parametrize("silent", ["config", "options"])
def test_a_jobmanager_that_does_not_tell_how_it_runs_is_asked_again(starting, silent):
    """What nobody has read nobody can trust."""
    run, jobmanager = starting
    told, nothing = getattr(jobmanager, silent), None if silent == "config" else {}
    setattr(jobmanager, silent, nothing)
    progress = check_running(run, Copy.CHAOS)
    assert (progress.done, "how is not told" in progress.message) == (False, True)
    setattr(jobmanager, silent, told)
    assert check_running(run, Copy.CHAOS).done
    assert run.journal.last(Running, copy_=Copy.CHAOS).differences == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("external_path", "s3://prod/chk-1", "place of checkpoints is s3://prod/chk-1"),
        ("topic", "orders", "topics that it reads is orders, planned was ad-events"),
        ("options", {"high-availability.storageDir": "s3://prod/ha"}, "high-availability.storageDir is s3://prod/ha"),
    ],
)
def test_a_copy_that_reaches_beyond_its_run_is_not_broken_but_refused(starting, field, value, words):
    """Before any fault, and with what is to be done."""
    run, jobmanager = starting
    jobmanager.positions = {0: 5}
    setattr(jobmanager, field, value)
    with pytest.raises(StepError, match=r"chaos-\w+ does not run as planned: .*nothing was broken yet") as told:
        check_running(run, Copy.CHAOS)
    assert words in str(told.value)
    assert run.journal.last(Deployed) is None


def test_a_first_checkpoint_that_takes_its_time_is_told_with_its_interval(starting):
    """Whoever waits sees why."""
    run, jobmanager = starting
    jobmanager.completed_here, jobmanager.config = 0, {"interval": 600_000}
    assert check_running(run, Copy.CHAOS).message.endswith("no checkpoint completed yet; one begins every 600 s")
