"""Where a copy writes: a topic, or files. When it has ended, what of it is judged, and how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from flink_chaos.steps.file_sink import FileSink
from flink_chaos.steps.topic_sink import TopicSink

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.facts import Fact
    from flink_chaos.model.proof import Finding
    from flink_chaos.steps.readings import Reading
    from flink_chaos.steps.run import Run


class Sink(Protocol):
    """One copy's output."""

    hidden: ClassVar[str]
    """Where a record is that was written and is not delivered, in words."""

    def prepare(self) -> None:
        """Make it ready for a run. Raises StepError while something of an earlier one is not ended."""

    @property
    def rolls_within(self) -> float:
        """Seconds in which it ends what it has begun, for the next checkpoint to finish; 0: a checkpoint does both."""

    def unflushed(self) -> str:
        """Why output may still be on its way although its checkpoint has completed; empty when none is."""

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
