"""Catching up: lag zero to a frozen end, one more checkpoint, and nothing open on the sink."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.flink import status
from flink_chaos.kafka.lag import LagReader
from flink_chaos.kafka.patience import patiently
from flink_chaos.model.facts import Drained, Loaded
from flink_chaos.steps.deploying import deployment_of
from flink_chaos.steps.effect import see_job
from flink_chaos.steps.observing import see_checkpoints
from flink_chaos.steps.room import homeless
from flink_chaos.steps.run import Progress, RunEndsError
from flink_chaos.steps.sinks import sink_of

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run


def check_drained(run: Run, copy: Copy) -> Progress:
    """Whether the copy read everything loaded and a checkpoint that began after that completed."""
    if status.has_stopped(deployment_of(run, run.plan.copies[copy].deployment)):
        drain_expired(run, copy, "the application stopped")
        return Progress(done=True, message="the application stopped, it cannot catch up")
    lag = lag_of(run, copy)
    if lag:
        return Progress(done=False, message=f"lag {lag:,}")
    problem = _not_flushed(run, copy)
    if problem:
        return Progress(done=False, message=f"lag 0, {problem}")
    if not see_checkpoints(run, copy, "drained"):
        return Progress(done=False, message="lag 0, flushed, JobManager not reachable")
    see_job(run, copy, "drained")
    took = (now() - _loaded(run).at).total_seconds()
    run.attempt.append(_drained(copy, lag, f"lag 0 and flushed {took:.0f} s after the last record", ok=True))
    return Progress(done=True, message="lag 0, flushed")


def drain_expired(run: Run, copy: Copy, message: str) -> None:
    """The deadline passed: journal it and go on, the comparison tells what is missing."""
    deployment = deployment_of(run, run.plan.copies[copy].deployment)
    state = status.failure(deployment) or f"job {status.job_state(deployment)}"
    reason = "; ".join([state, *(told for _, _, told in homeless(run))])
    fact = _drained(copy, patiently(partial(lag_of, run, copy)), f"not drained: {message}; {reason}", ok=False)
    run.attempt.append(fact.model_copy(update={"unseen": not sink_of(run, copy).answers()}))


def lag_of(run: Run, copy: Copy) -> int:
    """Records between the copy's committed offsets and the end of what was loaded."""
    end, topic = _loaded(run).end, run.plan.pipeline.topics.source
    return LagReader(run.kafka).read(run.plan.copies[copy].group, topic, end).total


def _not_flushed(run: Run, copy: Copy) -> str:
    """Why output may still be on its way, empty when it is not."""
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job()
    checkpoints = jobmanager.checkpoints(job.id) if job else None
    if job is None or checkpoints is None or not job.runs:
        return "job does not run" if job else "JobManager not reachable"
    if checkpoints.latest_trigger_ms / 1000 <= _loaded(run).at.timestamp():
        return "no checkpoint since the last record"
    return sink_of(run, copy).unflushed(checkpoints.latest_trigger_ms)


def _loaded(run: Run) -> Loaded:
    loaded = run.journal.last(Loaded)
    if loaded is None:
        raise RunEndsError("the loader's end was never seen")
    return loaded


def _drained(copy: Copy, lag: int, message: str, *, ok: bool) -> Drained:
    return Drained(at=now(), clock="kafka", copy=copy, ok=ok, message=message, lag=lag)
