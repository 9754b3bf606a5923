"""Before anything is broken, both copies must keep up with the load."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.kafka.patience import patiently
from flink_chaos.kafka.scan import count_committed
from flink_chaos.kafka.topics import growth, last_stable_offsets
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import LoadStarted, Steady
from flink_chaos.model.running_facts import checkpoint_seconds
from flink_chaos.model.telling import short
from flink_chaos.steps.effect import see_job
from flink_chaos.steps.reached import look
from flink_chaos.steps.run import Progress, RunEndsError

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

RATE_SHARE = 0.7
"""Part of the planned rate that counts as the planned rate on a busy machine."""

INTERVALS_BEHIND = 3
"""Committed offsets move once a checkpoint: a lag of some intervals of input is keeping up.

Further behind, the tasks' own word counts: commits are made as best Flink can.
"""


def check_steady(run: Run) -> Progress:
    """Whether rate and lag of both copies held for as long as the plan asks; journals it once."""
    request = run.plan.request
    require_load(run)
    seen = observe(run)
    started = run.journal.last(LoadStarted)
    elapsed = (seen.at - started.at).total_seconds() if started else 0.0
    if elapsed < request.fault_after_seconds or not seen.ok:
        return Progress(done=False, message=f"{elapsed:.0f} s: {seen.message}")
    idle = [told for copy in Copy if (told := _idle(run, copy))]
    if idle:
        return Progress(done=False, message=f"{elapsed:.0f} s: {'; '.join(idle)}")
    run.attempt.append(seen)
    return Progress(done=True, message=seen.message)


def _idle(run: Run, copy: Copy) -> str:
    """Why a copy has no job that runs as a whole, empty for one that has: its lag may be small for a while."""
    job = see_job(run, copy, "steady")
    if not job.job_id:
        return f"{copy.value}: no word of its job"
    why = f": {short(job.failure)}" if job.failure else ""
    return "" if job.runs else f"{copy.value}: {job.told}{why}"


def require_load(run: Run) -> None:
    """Raise RunEndsError when everything is loaded: the fault would hit an idle application."""
    started, wanted = run.journal.last(LoadStarted), run.plan.records_to_write
    if started is None or growth(run.kafka, started.topic, started.begin) < wanted or _read(run, started) < wanted:
        return
    told = f"all {wanted:,} records were loaded before the fault; load more, or slower"
    run.attempt.append(Steady(at=now(), clock="kafka", ok=False, message=told, lag={}, records_per_second=0))
    raise RunEndsError(f"no steady state: {told}")


def steady_expired(run: Run, message: str) -> None:
    """The deadline passed: no fault is injected into what does not keep up."""
    run.attempt.append(patiently(partial(observe, run)))
    raise RunEndsError(f"no steady state: {message}")


def observe(run: Run) -> Steady:
    """Rate since the first record, and the lag of both copies."""
    request = run.plan.request
    started, at = run.journal.last(LoadStarted), now()
    if started is None:
        return Steady(at=at, ok=False, message="no record yet", lag={}, records_per_second=0)
    rate = growth(run.kafka, started.topic, started.begin) / max((at - started.at).total_seconds(), 1.0)
    limit = int(request.records_per_second * (INTERVALS_BEHIND * checkpoint_seconds(run.plan, run.journal) + 5))
    lag = {copy: look(run, copy, enough=limit).left for copy in Copy}
    ok = rate >= RATE_SHARE * request.records_per_second and max(lag.values()) <= limit
    told = f"{rate:,.0f} records/s, lag stable {lag[Copy.STABLE]:,}, chaos {lag[Copy.CHAOS]:,}, at most {limit:,}"
    return Steady(at=at, clock="kafka", ok=ok, message=told, lag=lag, records_per_second=rate)


def _read(run: Run, started: LoadStarted) -> int:
    """Offsets are not records: who writes in transactions has filled as many before everything is loaded."""
    until = last_stable_offsets(run.kafka, started.topic)
    return count_committed(run.kafka, started.topic, started.begin, until)[0]
