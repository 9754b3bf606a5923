"""Whether output is complete once everything was read: told by the order of checkpoints, and by no two clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.model.progress_facts import CheckpointMark
from flink_chaos.steps.sinks import sink_of

if TYPE_CHECKING:
    from typing import Any, Literal

    from flink_chaos.flink.answers import Checkpoints, Job
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run

    Stage = Literal["read", "written", "rolled"]


def mark_of(run: Run, copy: Copy, stage: Stage, job: Job, seen: Checkpoints) -> CheckpointMark | None:
    """What was remembered of the stage, None if it was not reached, or not by what runs now.

    A job that was restored since has forgotten it, unless from a checkpoint that began later.
    """
    mark = run.journal.last(CheckpointMark, copy_=copy, stage=stage, job_id=job.id)
    if mark is None or mark.restored_ms == seen.restored_ms or (seen.restored_id or 0) > mark.checkpoint_id:
        return mark
    return None


def remember(run: Run, copy: Copy, stage: Stage, job: Job, seen: Checkpoints, **read: Any) -> CheckpointMark:
    """Journal that the stage is reached: what is in the next checkpoint is known from its id."""
    mark = CheckpointMark(
        at=now(),
        copy=copy,
        stage=stage,
        job_id=job.id,
        restored_ms=seen.restored_ms,
        checkpoint_id=seen.newest_id,
        **read,
    )
    run.attempt.append(mark)
    return mark


def unflushed(run: Run, copy: Copy, job: Job, seen: Checkpoints, read: CheckpointMark) -> str:
    """Why output may still be on its way after everything was read; empty when none is."""
    if seen.completed_id <= read.checkpoint_id:
        return f"no checkpoint since everything was read (newest {read.checkpoint_id})"
    sink = sink_of(run, copy)
    return (_unrolled(run, copy, job, seen, sink.rolls_within) if sink.rolls_within else "") or sink.unflushed()


def _unrolled(run: Run, copy: Copy, job: Job, seen: Checkpoints, rolls_within: float) -> str:
    """A checkpoint finishes only files that were ended before it, and those are ended by their age."""
    written = mark_of(run, copy, "written", job, seen) or remember(run, copy, "written", job, seen)
    left = rolls_within - (now() - written.at).total_seconds()
    if left > 0:
        return f"its last files are ended within {left:.0f} s"
    rolled = mark_of(run, copy, "rolled", job, seen) or remember(run, copy, "rolled", job, seen)
    return "" if seen.completed_id > rolled.checkpoint_id else "no checkpoint since its last files were ended"
