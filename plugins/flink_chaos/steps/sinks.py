"""Where a copy writes: a topic, or files. When it has ended, what of it is judged, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol

from flink_chaos.files.listing import FilesError, list_files
from flink_chaos.flink.comparison import files_statement, nothing_statement, topic_statement
from flink_chaos.kafka.topics import closed_end, ensure_topic, last_stable_offsets
from flink_chaos.model.facts import FilesEnd, TopicBegin, TopicEnd
from flink_chaos.steps.readings import files_reading, topic_reading
from flink_chaos.steps.run import StepError, now
from flink_chaos.steps.stalling import journal_open, open_on

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.facts import Fact, FileState
    from flink_chaos.model.proof import Finding
    from flink_chaos.steps.readings import Reading
    from flink_chaos.steps.run import Run

OPEN_TRANSACTION = (
    "a transaction is open; it ends by its time-out (600 s, if the profile says nothing else), "
    "or `kafka-transactions.sh abort` ends it now"
)


class Sink(Protocol):
    """One copy's output."""

    hidden: ClassVar[str]
    """Where a record is that was written and is not delivered, in words."""

    def prepare(self) -> None:
        """Make it ready for a run. Raises StepError while something of an earlier one is not ended."""

    def unflushed(self, checkpoint_ms: int) -> str:
        """Why output may still be on its way, whose last checkpoint began at `checkpoint_ms`; empty when none is."""

    def answers(self) -> bool:
        """Whether a worker can look at it: if not, a copy that seems not to end may have ended long ago."""

    def ended(self) -> Fact | str:
        """What a stopped copy has written; or, in words, why that is not known yet."""

    def cut(self) -> None:
        """Journal what could be read of one that never ended."""

    def statement(self, table: str) -> str:
        """SQL that makes it a table. Raises StepError if its end was never recorded."""

    def reading(self, isolation: Isolation) -> Reading:
        """How it is read without Flink. Raises StepError if its end was never recorded."""

    def placed(self, finding: Finding) -> Finding:
        """The finding with its places as people find them."""


def sink_of(run: Run, copy: Copy) -> Sink:
    """The sink of a copy, as the plan says."""
    return FileSink(run, copy) if run.plan.copies[copy].files else TopicSink(run, copy)


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
        ensure_topic(self.run.kafka, self.topic, self.run.plan.pipeline.topics.partitions, {})
        end = closed_end(self.run.kafka, self.topic)
        if end is None:
            raise StepError(f"topic {self.topic}: {OPEN_TRANSACTION}")
        self.run.attempt.append(TopicBegin(at=now(), clock="kafka", topic=self.topic, offsets=end))

    def unflushed(self, checkpoint_ms: int) -> str:
        """A transaction is ended after its checkpoint."""
        del checkpoint_ms
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
        stable = last_stable_offsets(self.run.kafka, self.topic)
        fact = TopicEnd(at=now(), clock="kafka", topic=self.topic, offsets=stable, last_stable=stable)
        self.run.attempt.append(fact)
        journal_open(self.run, self.copy)

    def statement(self, table: str) -> str:
        """Committed records between the offsets."""
        begin, end = self._between()
        return topic_statement(self.run.plan, table, self.topic, begin.offsets, end.offsets)

    def reading(self, isolation: Isolation) -> Reading:
        """The same records, or those of aborted transactions too."""
        begin, end = self._between()
        return topic_reading(self.run, self.topic, begin.offsets, end.offsets, isolation)

    def placed(self, finding: Finding) -> Finding:
        """Partition and offset say it."""
        return finding

    def _between(self) -> tuple[TopicBegin, TopicEnd]:
        journal = self.run.journal
        begin, end = journal.last(TopicBegin, topic=self.topic), journal.last(TopicEnd, topic=self.topic)
        if begin is None or end is None:
            raise never_ended(self.run, self.topic)
        return begin, end


@dataclass(frozen=True)
class FileSink:
    """A directory that only this copy of this run writes to; what is judged are its finished files."""

    run: Run
    copy: Copy
    hidden: ClassVar[str] = "to a file that was never finished"

    @property
    def directory(self) -> str:
        """As Flink reaches it."""
        return self.run.plan.copies[self.copy].sink

    def prepare(self) -> None:
        """Nothing is in it."""
        if found := self._files():
            raise StepError(f"{self.directory} holds {len(found)} files already, which are not this run's; remove them")

    def unflushed(self, checkpoint_ms: int) -> str:
        """A checkpoint must have begun after every file, also one that was made last, was ended by the application.

        Files that a killed task left behind stay unfinished for ever: whether there are some says nothing.
        """
        files = self.run.plan.pipeline.files
        roll_ms = 2_000 * files.roll_seconds if files else 0
        newest = max((file.modified_ms for file in self._files()), default=0)
        return "its last files are not finished" if checkpoint_ms <= newest + roll_ms else ""

    def answers(self) -> bool:
        """The way of a worker to the store is not the application's."""
        try:
            self._files()
        except FilesError:
            return False
        return True

    def ended(self) -> Fact | str:
        """Whatever is there: nobody writes any more."""
        return FilesEnd(at=now(), clock="storage", copy=self.copy, directory=self.directory, files=self._files())

    def cut(self) -> None:
        """Never needed: an end is always known, or nobody answers."""

    def statement(self, table: str) -> str:
        """Finished files."""
        if any(file.finished for file in self._end.files):
            return files_statement(self.run.plan, table, self.directory)
        return nothing_statement(self.run.plan, table)

    def reading(self, isolation: Isolation) -> Reading:
        """The same files, or those too that were never finished."""
        return files_reading(self.run.plan.copies[self.copy].files, self._end, isolation)

    def placed(self, finding: Finding) -> Finding:
        """With the names of the files."""
        files = self._end.files
        named = [place.model_copy(update={"file": files[place.partition].path}) for place in finding.sink]
        return finding.model_copy(update={"sink": named})

    def _files(self) -> list[FileState]:
        return list_files(self.run.plan.copies[self.copy].files)

    @cached_property
    def _end(self) -> FilesEnd:
        end = self.run.journal.last(FilesEnd, copy_=self.copy)
        if end is None:
            raise never_ended(self.run, self.directory)
        return end


def never_ended(run: Run, sink: str) -> StepError:
    """Make the error for a sink whose end is no fact."""
    return StepError(f"run {run.plan.run_key} has no recorded end of {sink}: it was never compared")
