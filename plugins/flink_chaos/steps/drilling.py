"""The savepoint drill: the chaos copy is stopped and resumed in the middle of the load, as a redeploy does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.flink import status
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import CheckpointsSeen, Evidence, FaultStarted, SavepointTaken
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.effect import journal_hit, see_job
from flink_chaos.steps.observing import see_before_fault, see_checkpoints
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.steps.steadying import require_load

if TYPE_CHECKING:
    from typing import Any

    from flink_chaos.steps.run import Run

RESUME = {"spec": {"job": {"state": "running"}}}


def start_drill(run: Run) -> None:
    """Ask the operator to stop the chaos copy; a second call asks for nothing more."""
    if run.journal.last(FaultStarted) is not None:
        return
    require_load(run)
    see_before_fault(run)
    see_job(run, Copy.CHAOS, "before the fault")
    deployment = _deployment(run)
    name, uid = deployment["metadata"]["name"], deployment["metadata"]["uid"]
    run.attempt.append(FaultStarted(at=now(), clock="kubernetes", engine=name, uid=uid))
    job = {"state": "suspended", "upgradeMode": _mode(run)}
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, name, {"spec": {"job": job}})


def check_suspended(run: Run) -> Progress:
    """Whether it is stopped; then asks for its return and journals the savepoint."""
    deployment = _deployment(run)
    path = status.savepoint(deployment) or ""
    reason = status.failure(deployment)
    if reason:
        raise StepError(f"the drill cannot stop {deployment['metadata']['name']}: {reason}")
    if not status.is_suspended(deployment) or (_mode(run) == "savepoint" and not path):
        return Progress(done=False, message=f"job {status.job_state(deployment) or 'unknown'}")
    run.attempt.append(SavepointTaken(at=now(), clock="flink", path=path))
    journal_hit(run, f"{deployment['metadata']['name']} is stopped")
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, deployment["metadata"]["name"], RESUME)
    return Progress(done=True, message=f"stopped with {path or _mode(run)}")


def check_resumed(run: Run) -> Progress:
    """Whether all tasks run again and a checkpoint completed after the return; journals what it was restored from."""
    taken, jobmanager = run.journal.last(SavepointTaken), run.jobmanager(Copy.CHAOS)
    job = jobmanager.job()
    if job is None or not job.runs:
        return Progress(done=False, message=f"job {job.state if job else 'not reachable yet'}")
    seen = jobmanager.checkpoints(job.id)
    since = taken.at.timestamp() * 1000 if taken else 0
    if seen is None or seen.latest_trigger_ms < since:
        return Progress(done=False, message="runs, no checkpoint since its return")
    if not see_checkpoints(run, Copy.CHAOS, "after the fault"):
        return Progress(done=False, message="runs again, its JobManager does not answer")
    see_job(run, Copy.CHAOS, "after the fault")
    restored = run.journal.last(CheckpointsSeen, moment="after the fault")
    path = restored.restored_path if restored else None
    message = f"stopped and resumed ({_mode(run)}), restored from {path or 'nothing'}"
    details = {"savepoint": taken.path if taken else "", "restored": path or ""}
    run.attempt.append(Evidence(at=now(), clock="flink", felt=True, message=message, details=details))
    return Progress(done=True, message=message)


def _deployment(run: Run) -> dict[str, Any]:
    return deployment_of(run, run.plan.copies[Copy.CHAOS].deployment)


def _mode(run: Run) -> str:
    return str(run.plan.fault_values["upgrade_mode"])
