"""Topics exist, both groups start at the same offsets, and the ends before the run are facts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.kafka.offsets import committed, plan_reset, write_offsets
from flink_chaos.kafka.patience import patiently
from flink_chaos.kafka.strategies import ToLatest, parse_strategy
from flink_chaos.kafka.topics import end_offsets, ensure_topic
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import OffsetsReset, TopicBegin
from flink_chaos.steps.run import Progress
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.topic_sink import KEPT
from flink_chaos.steps.topic_states import see_topics

if TYPE_CHECKING:
    from flink_chaos.kafka.strategies import OffsetStrategy
    from flink_chaos.model.facts import Offsets
    from flink_chaos.steps.run import Run


def prepare_topics(run: Run) -> None:
    """Create what is missing and journal where each topic ends. Raises StepError for a sink that is not ready."""
    patiently(partial(_prepare, run))


def _prepare(run: Run) -> None:
    topics = run.plan.pipeline.topics
    for copy in run.plan.copies:
        sink_of(run, copy).prepare()
    ensure_topic(run.kafka, topics.source, topics.partitions, KEPT)
    end = end_offsets(run.kafka, topics.source)
    run.attempt.append(TopicBegin(at=now(), clock="kafka", topic=topics.source, offsets=end))
    see_topics(run, "before")


def reset_offsets(run: Run) -> Progress:
    """Put both groups at the end, then where the strategy says: its targets are computed once for both.

    The groups are new with each run, so that `shift-by` counts from the end of the topic.
    """
    return patiently(partial(_reset, run))


def _reset(run: Run) -> Progress:
    topic, strategy = run.plan.pipeline.topics.source, parse_strategy(run.plan.request.offsets)
    _write(run, plan_reset(run.kafka, _group(run), topic, ToLatest()), "to-latest")
    if not isinstance(strategy, ToLatest):
        _write(run, target_offsets(run, strategy), run.plan.request.offsets)
    after = [fact for fact in run.journal.all(OffsetsReset) if fact.group == _group(run)][-1].after
    message = f"{topic}: both groups {run.plan.request.offsets} at {sum(after.values()):,} in all"
    return Progress(done=True, message=message)


def target_offsets(run: Run, strategy: OffsetStrategy) -> Offsets:
    """Where the strategy would put both groups now. Writes nothing."""
    return plan_reset(run.kafka, _group(run), run.plan.pipeline.topics.source, strategy)


def told(reset: OffsetsReset) -> list[str]:
    """Old and new offset of each partition, in words."""
    return [f"{reset.topic}/{n}: {reset.before.get(n)} -> {offset}" for n, offset in sorted(reset.after.items())]


def _group(run: Run) -> str:
    return run.plan.copies[Copy.STABLE].group


def _write(run: Run, target: Offsets, strategy: str) -> None:
    topic = run.plan.pipeline.topics.source
    for copy in run.plan.copies.values():
        before = committed(run.kafka, copy.group, topic)
        write_offsets(run.kafka, copy.group, topic, target)
        fact = OffsetsReset(
            at=now(), clock="kafka", group=copy.group, topic=topic, strategy=strategy, before=before, after=target
        )
        run.attempt.append(fact)
