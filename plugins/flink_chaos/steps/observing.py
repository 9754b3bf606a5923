"""What the JobManager tells of its job, taken at named moments: its history dies with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flink_chaos import clock
from flink_chaos.clock import now
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import CheckpointsSeen
from flink_chaos.steps.effect import see_job
from flink_chaos.steps.troubles import explained, look_for_trouble

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

Moment = Literal["before the fault", "after the fault", "drained"]
TRIES, PAUSE = 30, 2.0
"""A node that is not ready for half a minute, or a JobManager that comes back, costs a run no more than that."""


def see_before_fault(run: Run) -> None:
    """Journal the chaos copy's checkpoints and job; what comes after is compared with them.

    When its JobManager cannot be reached nothing has been injected yet: raises StepError, or RunEndsError if the
    cluster tells a cause outside the application.
    """
    for _ in range(TRIES):
        seen = see_checkpoints(run, Copy.CHAOS, "before the fault")
        if seen and see_job(run, Copy.CHAOS, "before the fault").job_id:
            return
        clock.sleep(PAUSE)
    name = run.plan.copies[Copy.CHAOS].deployment
    message = f"the JobManager of {name} told nothing of its job for {TRIES * PAUSE:.0f} s: no fault yet"
    raise explained(message, look_for_trouble(run, "a wait expired", "before the fault"))


def see_checkpoints(run: Run, copy: Copy, moment: Moment) -> bool:
    """Journal job id, newest and restored checkpoint and the history; False while the JobManager cannot be reached."""
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job()
    seen = jobmanager.checkpoints(job.id) if job else None
    if job is None or seen is None:
        return False
    run.attempt.append(
        CheckpointsSeen(
            at=now(),
            clock="flink",
            copy=copy,
            moment=moment,
            job_id=job.id,
            latest_id=seen.latest_id,
            restored_id=seen.restored_id,
            restored_path=seen.restored_path,
            restored_ms=seen.restored_ms,
            history=seen.history,
        )
    )
    return True
