"""Catching up: everything read up to a frozen end, one more checkpoint, and nothing open on the sink."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.flink import status
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.patience import patiently
from flink_chaos.model.facts import Drained, Loaded
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.effect import see_job
from flink_chaos.steps.flushing import mark_of, remember, unflushed
from flink_chaos.steps.observing import see_checkpoints
from flink_chaos.steps.reached import is_read, look
from flink_chaos.steps.room import homeless
from flink_chaos.steps.run import Progress, RunEndsError
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.standing import passed, standing_stop

if TYPE_CHECKING:
    from datetime import datetime

    from flink_chaos.flink.answers import Checkpoints, Job
    from flink_chaos.flink.jobmanager import JobManager
    from flink_chaos.model.base import Copy
    from flink_chaos.model.progress_facts import CheckpointMark
    from flink_chaos.steps.reached import Reached
    from flink_chaos.steps.run import Run


def check_drained(run: Run, copy: Copy) -> Progress:
    """Whether the copy read everything loaded and a checkpoint that began after that completed."""
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job()
    if job is None or job.has_ended:
        return _not_there(run, copy, jobmanager, job)
    passed(run, run.plan.copies[copy].deployment)
    seen = jobmanager.checkpoints(job.id) if job.runs else None
    if seen is None:
        return Progress(done=False, message=_quiet(jobmanager, job))
    read = mark_of(run, copy, "read", job, seen) or _read(run, copy, job, seen)
    if isinstance(read, str):
        return Progress(done=False, message=read)
    problem = unflushed(run, copy, job, seen, read)
    if problem or not see_checkpoints(run, copy, "drained"):
        return Progress(done=False, message=f"everything is read, {problem or jobmanager.silence}")
    if not see_job(run, copy, "drained").job_id:
        return Progress(done=False, message="everything is read and flushed, no word of the job")
    took = (now() - _loaded(run).at).total_seconds()
    told = f"everything read and flushed {took:.0f} s after the last record"
    lag = look(run, copy, _loaded(run).end).lag
    run.attempt.append(_drained(copy, lag, told + _behind(lag), ok=True))
    return Progress(done=True, message="everything is read and flushed")


def drain_expired(run: Run, copy: Copy, message: str) -> None:
    """The deadline passed: journal it and go on, the comparison tells what is missing."""
    try:
        found, state = patiently(partial(look, run, copy, _loaded(run).end)), _state(run, copy)
        quiet = _may_be_done(run, copy, found)
    except (KafkaProblem, ClusterError) as error:
        told = f"not drained: {message}; nobody could look at it: {error}"
        run.attempt.append(_drained(copy, 0, told, ok=False).model_copy(update={"unseen": True}))
        return
    if quiet:
        told = f"nothing to read was found since its last start; {found.told}: what was delivered tells"
        run.attempt.append(_drained(copy, found.lag, told, ok=True))
        return
    fact = _drained(copy, found.lag, f"not drained: {message}; {state}", ok=False)
    run.attempt.append(fact.model_copy(update={"unseen": not sink_of(run, copy).answers()}))


def loaded_at(run: Run) -> datetime | None:
    """The moment from which catching up is timed: when the last record was loaded."""
    loaded = run.journal.last(Loaded)
    return loaded.at if loaded else None


def _not_there(run: Run, copy: Copy, jobmanager: JobManager, job: Job | None) -> Progress:
    """A job that ended, or a JobManager that does not answer: the operator tells what became of it."""
    stopped = standing_stop(run, deployment_of(run, run.plan.copies[copy].deployment))
    if stopped is None:
        return Progress(done=False, message=_quiet(jobmanager, job))
    drain_expired(run, copy, f"the application stopped: {stopped}")
    return Progress(done=True, message="the application stopped, it cannot catch up")


def _read(run: Run, copy: Copy, job: Job, seen: Checkpoints) -> CheckpointMark | str:
    """The mark of everything being read; why it is not, in words."""
    end = _loaded(run).end
    found = look(run, copy, end)
    if not is_read(run.kafka, run.plan.pipeline.topics.source, end, found):
        return found.told
    return remember(run, copy, "read", job, seen, positions=found.positions or {})


def _state(run: Run, copy: Copy) -> str:
    deployment = deployment_of(run, run.plan.copies[copy].deployment)
    state = status.failure(deployment) or f"job {status.job_state(deployment)}"
    return "; ".join([state, *(told for _, _, told in homeless(run))])


def _may_be_done(run: Run, copy: Copy, found: Reached) -> bool:
    """Whether it runs, checkpoints, and reads nothing of what its commits do not cover: nobody but the records tells.

    Tasks that were restored behind the last record have nothing to read, and so nothing to tell.
    """
    if not found.unread or set(found.untold) != set(found.unread):
        return False
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job()
    seen = jobmanager.checkpoints(job.id) if job and job.runs else None
    return bool(seen and seen.latest_id > (seen.restored_id or 0)) and not sink_of(run, copy).unflushed()


def _quiet(jobmanager: JobManager, job: Job | None) -> str:
    if job is None or job.runs:
        return f"the JobManager tells nothing: {jobmanager.silence}"
    return f"job {job.state}, tasks {job.tasks}"


def _behind(lag: int) -> str:
    return f" (its group's commits stay {lag:,} behind, which Flink makes as best it can)" if lag else ""


def _loaded(run: Run) -> Loaded:
    loaded = run.journal.last(Loaded)
    if loaded is None:
        raise RunEndsError("the loader's end was never seen")
    return loaded


def _drained(copy: Copy, lag: int, message: str, *, ok: bool) -> Drained:
    return Drained(at=now(), clock="kafka", copy=copy, ok=ok, message=message, lag=lag)
