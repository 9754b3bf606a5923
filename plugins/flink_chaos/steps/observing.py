"""What the JobManager tells of its job, taken at named moments: its history dies with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.facts import CheckpointsSeen
from flink_chaos.steps.run import now

if TYPE_CHECKING:
    from typing import Literal

    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run


def see_checkpoints(run: Run, copy: Copy, moment: Literal["before the fault", "after the fault", "drained"]) -> bool:
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
            history=seen.history,
        )
    )
    return True
