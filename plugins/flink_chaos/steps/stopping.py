"""Stops a copy with a savepoint, which commits its last transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.flink import status
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import SavepointTaken, Stopped
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.run import Progress

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

SUSPEND = {"spec": {"job": {"state": "suspended", "upgradeMode": "savepoint"}}}


def suspend(run: Run, copy: Copy) -> None:
    """Ask the operator to stop the copy with a savepoint."""
    run.cluster.merge(FLINK_DEPLOYMENTS, run.namespace, run.plan.copies[copy].deployment, SUSPEND)


def check_stopped(run: Run, copy: Copy) -> Progress:
    """Whether the copy is suspended with a new savepoint: status keeps the one of a drill."""
    name = run.plan.copies[copy].deployment
    deployment = deployment_of(run, name)
    if status.job_state(deployment) == "FAILED":
        stop_expired(run, copy, str(status.failure(deployment)))
        return Progress(done=True, message=f"{name}: it had stopped by itself")
    path = status.savepoint(deployment)
    drilled = run.journal.last(SavepointTaken) if copy is Copy.CHAOS else None
    if not status.is_suspended(deployment) or path in (None, drilled.path if drilled else None):
        told = status.failure(deployment) or f"job {status.job_state(deployment) or 'unknown'}"
        return Progress(done=False, message=f"{name}: {told}")
    run.attempt.append(Stopped(at=now(), clock="flink", copy=copy, ok=True, savepoint=path, message=path))
    return Progress(done=True, message=f"{name}: stopped with {path}")


def stop_expired(run: Run, copy: Copy, message: str) -> None:
    """The deadline passed: journal it and go on."""
    told = f"no savepoint in time: {message}"
    run.attempt.append(Stopped(at=now(), clock="flink", copy=copy, ok=False, savepoint=None, message=told))
