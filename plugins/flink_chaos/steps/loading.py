"""The data loader: bounded, and its end is proven by the topic, not by its status."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.flink import status
from flink_chaos.flink.manifests import loader_manifests
from flink_chaos.kafka.patience import patiently
from flink_chaos.kafka.scan import count_committed
from flink_chaos.kafka.topics import closed_end, growth, last_stable_offsets
from flink_chaos.model.facts import Loaded, LoadStarted, TopicBegin
from flink_chaos.steps.deploying import apply_all, deployment_of
from flink_chaos.steps.run import Progress, RunEndsError
from flink_chaos.steps.stalling import open_on
from flink_chaos.verdict.doubts import load_problem

if TYPE_CHECKING:
    from flink_chaos.model.facts import Offsets
    from flink_chaos.steps.run import Run


def start_load(run: Run) -> None:
    """Apply the loader."""
    apply_all(run, loader_manifests(run.plan))


def check_flowing(run: Run) -> Progress:
    """Whether the first records are in the source topic; journals it once."""
    if grown(run) == 0:
        state = status.job_state(deployment_of(run, run.plan.loader))
        return Progress(done=False, message=f"loader {state or 'starting'}")
    topic = run.plan.pipeline.topics.source
    run.attempt.append(LoadStarted(at=now(), clock="kafka", topic=topic, begin=_begin(run)))
    return Progress(done=True, message=f"{topic}: records flow")


def check_loaded(run: Run) -> Progress:
    """Whether the loader has ended; journals what it wrote. Raises RunEndsError when that is not every record."""
    wanted = run.plan.records_to_write
    state = status.job_state(deployment_of(run, run.plan.loader))
    if state not in ("FINISHED", "FAILED", "CANCELED"):
        return Progress(done=False, message=f"about {grown(run):,} of {wanted:,} records, loader {state or 'unknown'}")
    topic = run.plan.pipeline.topics.source
    end = closed_end(run.kafka, topic)
    if end is None:
        return Progress(done=False, message=f"loader {state}, {open_on(run, topic)}")
    written = _journal_loaded(run, state, end)
    return Progress(done=True, message=f"{written:,} of {wanted:,} records, loader {state}")


def load_expired(run: Run, message: str) -> None:
    """The deadline passed: journal what there is."""
    patiently(partial(_journal_cut, run, f"deadline passed: {message}"))


def _journal_cut(run: Run, state: str) -> None:
    """What is behind an open transaction no consumer sees."""
    _journal_loaded(run, state, last_stable_offsets(run.kafka, run.plan.pipeline.topics.source))


def _journal_loaded(run: Run, state: str, until: Offsets) -> int:
    """Read the records: a transaction's marker takes an offset too, and what was aborted nobody sees."""
    wanted, begin = run.plan.records_to_write, _begin(run)
    written, end = count_committed(run.kafka, run.plan.pipeline.topics.source, begin, until)
    fact = Loaded(at=now(), clock="kafka", expected=wanted, written=written, state=state, begin=begin, end=end)
    run.attempt.append(fact)
    problem = load_problem(run.plan, fact)
    if problem:
        raise RunEndsError(problem)
    return written


def grown(run: Run) -> int:
    """How far the source topic has grown since the run began, in offsets: a loader with transactions adds markers."""
    return growth(run.kafka, run.plan.pipeline.topics.source, _begin(run))


def _begin(run: Run) -> Offsets:
    begin = run.journal.last(TopicBegin, topic=run.plan.pipeline.topics.source)
    if begin is None:
        raise RunEndsError("the source topic's end before the run was never recorded")
    return begin.offsets
