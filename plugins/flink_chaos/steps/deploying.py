"""Applies a copy of the application and waits until it really works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.resources import CONFIG_MAPS, FLINK_DEPLOYMENTS
from flink_chaos.flink import status
from flink_chaos.flink.manifests import application_manifests
from flink_chaos.model.facts import Deployed
from flink_chaos.steps.reading_back import see_running
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.steps.standing import passed, standing_failure

if TYPE_CHECKING:
    from flink_chaos.flink.answers import Job
    from flink_chaos.flink.jobmanager import JobManager
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run

RESOURCES = {"ConfigMap": CONFIG_MAPS, "FlinkDeployment": FLINK_DEPLOYMENTS}


def apply_copy(run: Run, copy: Copy) -> None:
    """Apply the copy's ConfigMap and FlinkDeployment."""
    apply_all(run, application_manifests(run.plan, copy))


def apply_all(run: Run, manifests: list[dict[str, Any]]) -> None:
    """Apply manifests of the kinds that a run makes."""
    for manifest in manifests:
        run.cluster.apply(RESOURCES[manifest["kind"]], manifest)


def deployment_of(run: Run, name: str) -> dict[str, Any]:
    """The FlinkDeployment. Raises StepError when it is gone or has failed for good."""
    found = run.cluster.get(FLINK_DEPLOYMENTS, run.namespace, name)
    if found is None:
        raise StepError(f"FlinkDeployment {run.namespace}/{name} is gone: someone deleted it during the run")
    return found


def check_running(run: Run, copy: Copy) -> Progress:
    """Whether all tasks run and a checkpoint completed after the start; journals it once."""
    name = run.plan.copies[copy].deployment
    deployment = deployment_of(run, name)
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job()
    if job is None or not job.runs:
        return _starting(run, deployment, f"job {job.state}, tasks {job.tasks}" if job else jobmanager.silence)
    passed(run, name)
    checkpoints = jobmanager.checkpoints(job.id)
    if checkpoints is None or checkpoints.completed == 0:
        return Progress(done=False, message=f"{name}: runs, no checkpoint completed yet{_every(jobmanager, job)}")
    if see_running(run, copy, jobmanager, job, checkpoints) is None:
        return Progress(done=False, message=f"{name}: runs, but how is not told: {jobmanager.silence}")
    fact = Deployed(
        at=now(),
        clock="flink",
        copy=copy,
        uid=deployment["metadata"]["uid"],
        job_id=job.id,
        completed_checkpoints=checkpoints.completed,
    )
    run.attempt.append(fact)
    return Progress(done=True, message=f"{name}: all tasks run, {checkpoints.completed} checkpoints completed")


def _every(jobmanager: JobManager, job: Job) -> str:
    """How long one waits for the first, if that is told."""
    config = jobmanager.checkpoint_config(job.id)
    return f"; one begins every {config.interval_ms / 1000:g} s" if config and config.interval_ms else ""


def _starting(run: Run, deployment: dict[str, Any], message: str) -> Progress:
    """Not yet. Raises StepError for what stands in its way and does not pass."""
    name = deployment["metadata"]["name"]
    reason = standing_failure(run, deployment)
    if reason:
        raise StepError(f"FlinkDeployment {run.namespace}/{name}: {reason}")
    trouble = status.failure(deployment)
    return Progress(done=False, message=f"{name}: {message}" + (f"; {trouble}" if trouble else ""))
