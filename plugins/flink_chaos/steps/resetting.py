"""Topics exist, both groups start at the same offsets, and the ends before the run are facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.kafka.offsets import committed, plan_reset, write_offsets
from flink_chaos.kafka.strategies import parse_strategy
from flink_chaos.kafka.topics import closed_end, ensure_topic
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import OffsetsReset, TopicBegin
from flink_chaos.steps.run import Progress, StepError, now

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

STRATEGY = "to-latest"
OPEN_TRANSACTION = (
    "a transaction is open; it ends by its time-out (10 min), or `kafka-transactions.sh abort` ends it now"
)


def prepare_topics(run: Run) -> None:
    """Create what is missing and journal where each sink ends. Raises StepError while a transaction is open there."""
    topics = run.plan.pipeline.topics
    for name in (topics.source, *(copy.sink for copy in run.plan.copies.values())):
        ensure_topic(run.kafka, name, topics.partitions, {})
    for copy in run.plan.copies.values():
        end = closed_end(run.kafka, copy.sink)
        if end is None:
            raise StepError(f"topic {copy.sink}: {OPEN_TRANSACTION}")
        run.attempt.append(TopicBegin(at=now(), clock="kafka", topic=copy.sink, offsets=end))


def reset_offsets(run: Run) -> Progress:
    """Compute the targets once and write them to both groups."""
    topic = run.plan.pipeline.topics.source
    target = plan_reset(run.kafka, run.plan.copies[Copy.STABLE].group, topic, parse_strategy(STRATEGY))
    for copy in run.plan.copies.values():
        before = committed(run.kafka, copy.group, topic)
        write_offsets(run.kafka, copy.group, topic, target)
        fact = OffsetsReset(
            at=now(), clock="kafka", group=copy.group, topic=topic, strategy=STRATEGY, before=before, after=target
        )
        run.attempt.append(fact)
    return Progress(done=True, message=f"{topic}: both groups {STRATEGY} at {sum(target.values()):,} in all")
