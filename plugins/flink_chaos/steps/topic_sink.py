"""A sink that is a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from flink_chaos.clock import now
from flink_chaos.flink.comparison import topic_statement
from flink_chaos.kafka.patience import patiently
from flink_chaos.kafka.topics import closed_end, ensure_topic, last_stable_offsets, partition_count
from flink_chaos.model.facts import TopicBegin, TopicEnd
from flink_chaos.steps.readings import never_ended, topic_reading
from flink_chaos.steps.run import RunEndsError, StepError
from flink_chaos.steps.stalling import journal_open, open_on

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.facts import Fact, Offsets
    from flink_chaos.model.proof import Finding
    from flink_chaos.steps.readings import Reading
    from flink_chaos.steps.run import Run

OPEN_TRANSACTION = (
    "a transaction is open; it ends by its time-out (600 s, if the profile says nothing else), "
    "or `kafka-transactions.sh abort` ends it now"
)

KEPT = {"cleanup.policy": "delete"}
"""A topic that is made here is not compacted, whatever the brokers do with others."""


@dataclass(frozen=True)
class TopicSink:
    """A topic, which all runs use: what is judged lies between recorded offsets."""

    run: Run
    copy: Copy
    hidden: ClassVar[str] = "in a transaction that was aborted"

    @property
    def topic(self) -> str:
        """Its name."""
        return self.run.plan.copies[self.copy].sink

    def prepare(self) -> None:
        """The topic exists, and no transaction is open on it."""
        ensure_topic(self.run.kafka, self.topic, self.run.plan.pipeline.topics.partitions, KEPT)
        end = closed_end(self.run.kafka, self.topic)
        if end is None:
            raise StepError(f"topic {self.topic}: {OPEN_TRANSACTION}")
        self.run.attempt.append(TopicBegin(at=now(), clock="kafka", topic=self.topic, offsets=end))

    @property
    def rolls_within(self) -> float:
        """Each checkpoint ends the transaction itself."""
        return 0

    def unflushed(self) -> str:
        """A transaction is ended after its checkpoint."""
        return open_on(self.run, self.topic) if closed_end(self.run.kafka, self.topic) is None else ""

    def answers(self) -> bool:
        """Brokers that do not answer tell no lag either."""
        return True

    def ended(self) -> Fact | str:
        """Only without an open transaction."""
        end = closed_end(self.run.kafka, self.topic)
        if end is None:
            return open_on(self.run, self.topic)
        return TopicEnd(at=now(), clock="kafka", topic=self.topic, offsets=end, last_stable=end)

    def cut(self) -> None:
        """What is behind the open transaction no consumer sees, so it is judged as missing."""
        patiently(self._cut)

    def _cut(self) -> None:
        if not partition_count(self.run.kafka, self.topic):
            raise RunEndsError(f"topic {self.topic} changed during the run: it was deleted")
        stable = last_stable_offsets(self.run.kafka, self.topic)
        fact = TopicEnd(at=now(), clock="kafka", topic=self.topic, offsets=stable, last_stable=stable)
        self.run.attempt.append(fact)
        journal_open(self.run, self.copy)

    def statement(self, table: str) -> str:
        """Committed records between the offsets."""
        begin, end = self._between()
        return topic_statement(self.run.plan, table, self.topic, begin, end)

    def reading(self, isolation: Isolation) -> Reading:
        """The same records, or those of aborted transactions too."""
        begin, end = self._between()
        return topic_reading(self.run, self.topic, begin, end, isolation)

    def placed(self, finding: Finding) -> Finding:
        """Partition and offset say it."""
        return finding

    def _between(self) -> tuple[Offsets, Offsets]:
        """A partition that was added during the run begins with its first record."""
        journal = self.run.journal
        begin, end = journal.last(TopicBegin, topic=self.topic), journal.last(TopicEnd, topic=self.topic)
        if begin is None or end is None:
            raise never_ended(self.run, self.topic)
        return {number: begin.offsets.get(number, 0) for number in end.offsets}, end.offsets
