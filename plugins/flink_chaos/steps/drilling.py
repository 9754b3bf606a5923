"""The savepoint drill: the chaos copy is stopped and resumed in the middle of the load, as a redeploy does it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import DEPLOYMENTS, FLINK_DEPLOYMENTS, PODS
from flink_chaos.flink import status
from flink_chaos.kafka.patience import patiently
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import RETURNED, UNSEEN, CheckpointsSeen, Evidence, FaultStarted, SavepointTaken
from flink_chaos.model.progress_facts import StopAsked
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.effect import journal_hit, see_job
from flink_chaos.steps.observing import see_before_fault, see_checkpoints
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.steps.standing import passed, standing_failure
from flink_chaos.steps.steadying import require_load
from flink_chaos.steps.stopping import ask_again, not_stopped

if TYPE_CHECKING:
    from typing import Any

    from flink_chaos.flink.answers import Checkpoints, Job
    from flink_chaos.steps.run import Run

RESUME = {"spec": {"job": {"state": "running"}}}


def start_drill(run: Run) -> None:
    """Ask the operator to stop the chaos copy; a second call asks for nothing more."""
    if run.journal.last(FaultStarted) is not None:
        return
    patiently(partial(require_load, run))
    see_before_fault(run)
    deployment = _deployment(run)
    name, uid = deployment["metadata"]["name"], deployment["metadata"]["uid"]
    run.attempt.append(FaultStarted(at=now(), clock="kubernetes", engine=name, uid=uid))
    job = {"state": "suspended", "upgradeMode": _mode(run)}
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, name, {"spec": {"job": job}})
    run.attempt.append(StopAsked(at=now(), deployment=name, times=1))


def check_suspended(run: Run) -> Progress:
    """Whether it is stopped; then asks for its return and journals the savepoint."""
    deployment = _deployment(run)
    taken = run.journal.last(SavepointTaken)
    if taken and not status.wants_suspension(deployment):
        return Progress(done=True, message=f"stopped with {taken.path or _mode(run)}, and asked to come back")
    see_job(run, Copy.CHAOS, "in the fault")
    path = status.savepoint(deployment) or ""
    reason = standing_failure(run, deployment)
    if reason:
        raise StepError(f"the drill cannot stop {deployment['metadata']['name']}: {reason}")
    if not status.is_suspended(deployment) or (_mode(run) == "savepoint" and not path):
        ask_again(run, deployment)
        return Progress(done=False, message=not_stopped(deployment))
    if left := _still_there(run, deployment["metadata"]["name"]):
        return Progress(done=False, message=f"suspended, {left} not gone yet")
    run.attempt.append(SavepointTaken(at=now(), clock="flink", path=path))
    journal_hit(run, f"{deployment['metadata']['name']} is stopped")
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, deployment["metadata"]["name"], RESUME)
    return Progress(done=True, message=f"stopped with {path or _mode(run)}")


def _still_there(run: Run, name: str) -> str:
    """What is left of a cluster that the operator takes away: it would take the new one of the same name with it.

    After a savepoint nothing is taken away: the JobManager stays for a day, or until the operator replaces it.
    """
    if _mode(run) == "savepoint":
        return ""
    deployments = run.cluster.list(DEPLOYMENTS, run.namespace, {"app": name})
    pods = run.cluster.list(PODS, run.namespace, {"app": name})
    return ", ".join(str(one["metadata"]["name"]) for one in (*deployments, *pods))


def check_resumed(run: Run) -> Progress:
    """Whether all tasks run again and a checkpoint completed after the return; journals what it was restored from."""
    see_job(run, Copy.CHAOS, "resuming")
    taken, jobmanager = run.journal.last(SavepointTaken), run.jobmanager(Copy.CHAOS)
    job = jobmanager.job()
    if job is None or not job.runs:
        return Progress(done=False, message=f"job {job.state}, tasks {job.tasks}" if job else jobmanager.silence)
    passed(run, run.plan.copies[Copy.CHAOS].deployment)
    seen = jobmanager.checkpoints(job.id)
    if seen is None or not _has_returned(run, job, seen):
        return Progress(done=False, message="not the job that comes back" if seen else jobmanager.silence)
    if seen.latest_id <= (seen.restored_id or 0):
        return Progress(done=False, message="runs, no checkpoint since its return")
    told = see_checkpoints(run, Copy.CHAOS, "after the fault") and see_job(run, Copy.CHAOS, "after the fault").job_id
    if not told:
        return Progress(done=False, message="runs again, its JobManager does not answer")
    restored = run.journal.last(CheckpointsSeen, moment="after the fault")
    path = restored.restored_path if restored else None
    message = f"stopped and resumed ({_mode(run)}), restored from {path or 'nothing'}"
    details = {"savepoint": taken.path if taken else "", "restored": path or ""}
    run.attempt.append(Evidence(at=now(), clock="flink", felt=True, message=message, details=details))
    return Progress(done=True, message=message)


def resume_expired(run: Run, message: str) -> None:
    """The deadline passed: the drill was felt, and whether the application ever comes back its catching up tells.

    What in the cluster kept it from coming back is a fact of the wait, and a doubt.
    """
    told = f"{run.plan.copies[Copy.CHAOS].deployment} is not back in {run.plan.deadlines.deploy} s: {message}"
    details = {RETURNED: "false"}
    try:
        see_checkpoints(run, Copy.CHAOS, "after the fault")
        see_job(run, Copy.CHAOS, "after the fault")
    except ClusterError:
        details[UNSEEN] = "true"
    run.attempt.append(Evidence(at=now(), clock="flink", felt=True, message=f"stopped; {told}", details=details))


def _has_returned(run: Run, job: Job, seen: Checkpoints) -> bool:
    """Whether this is another job, or another attempt of it, than the one that was stopped."""
    before = run.journal.last(CheckpointsSeen, copy_=Copy.CHAOS, moment="before the fault")
    return before is None or (job.id, seen.restored_ms) != (before.job_id, before.restored_ms)


def _deployment(run: Run) -> dict[str, Any]:
    return deployment_of(run, run.plan.copies[Copy.CHAOS].deployment)


def _mode(run: Run) -> str:
    return str(run.plan.fault_values["upgrade_mode"])
