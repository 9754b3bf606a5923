"""Stops a copy with a savepoint, which commits its last transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.flink import status
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import SavepointTaken, Stopped
from flink_chaos.model.progress_facts import StopAsked
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.run import Progress
from flink_chaos.steps.standing import standing_failure

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

AGAIN_SECONDS = 30.0
ASKED = "kubernetes.operator.flink-chaos.stop-asked"
SUSPEND = {"spec": {"job": {"state": "suspended", "upgradeMode": "savepoint"}}}


def suspend(run: Run, copy: Copy) -> None:
    """Ask the operator to stop the copy with a savepoint."""
    name = run.plan.copies[copy].deployment
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, name, SUSPEND)
    run.attempt.append(StopAsked(at=now(), deployment=name, times=1))


def check_stopped(run: Run, copy: Copy) -> Progress:
    """Whether the copy is suspended with a new savepoint: status keeps the one of a drill."""
    name = run.plan.copies[copy].deployment
    deployment = deployment_of(run, name)
    failed = standing_failure(run, deployment)
    if failed:
        stop_expired(run, copy, failed)
        return Progress(done=True, message=f"{name}: it had stopped by itself")
    path = status.savepoint(deployment)
    drilled = run.journal.last(SavepointTaken) if copy is Copy.CHAOS else None
    if not status.is_suspended(deployment) or path in (None, drilled.path if drilled else None):
        ask_again(run, deployment)
        return Progress(done=False, message=f"{name}: {not_stopped(deployment)}")
    run.attempt.append(Stopped(at=now(), clock="flink", copy=copy, ok=True, savepoint=path, message=path))
    return Progress(done=True, message=f"{name}: stopped with {path}")


def not_stopped(deployment: dict[str, Any]) -> str:
    """How far it is, and why it is no further if the operator says so."""
    told = status.failure(deployment) or f"job {status.job_state(deployment) or 'unknown'}"
    refused = (deployment.get("status") or {}).get("error") and status.error(deployment)
    return f"{told}; the operator: {refused}" if refused and refused not in told else told


def ask_again(run: Run, deployment: dict[str, Any]) -> None:
    """Ask for the stop once more, if the job still runs long after it was asked for: an operator gives up.

    It waits for a savepoint as long as a checkpoint may take, and a savepoint takes longer. What is changed is an
    option of the operator that means nothing: a new generation makes it look again, and restarts nothing.
    """
    name, asked = deployment["metadata"]["name"], run.journal.last(StopAsked, deployment=deployment["metadata"]["name"])
    if asked is None or status.job_state(deployment) != "RUNNING" or not status.wants_suspension(deployment):
        return
    if (now() - asked.at).total_seconds() < max(AGAIN_SECONDS, run.plan.request.checkpoint_timeout_seconds + 10):
        return
    option = {"spec": {"flinkConfiguration": {ASKED: str(asked.times + 1)}}}
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, name, option)
    run.attempt.append(StopAsked(at=now(), deployment=name, times=asked.times + 1))


def stop_expired(run: Run, copy: Copy, message: str) -> None:
    """The deadline passed: journal it and go on. Where the API server does not answer the application may be fine."""
    told, unseen = f"no savepoint in time: {message}", False
    try:
        run.cluster.get(FLINK_DEPLOYMENTS, run.namespace, run.plan.copies[copy].deployment)
    except ClusterError:
        unseen = True
    fact = Stopped(at=now(), clock="flink", copy=copy, ok=False, savepoint=None, message=told, unseen=unseen)
    run.attempt.append(fact)
