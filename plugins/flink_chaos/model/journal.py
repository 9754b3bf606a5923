"""The facts of a run in the order in which they were written, and how they are read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field, TypeAdapter

from flink_chaos.model.comparison_facts import Counts, RecordProof, SourceProof
from flink_chaos.model.effect_facts import FaultHit, HitByOthers, JobSeen
from flink_chaos.model.facts import (
    CheckpointsSeen,
    Deployed,
    Drained,
    Evidence,
    Fact,
    FaultEnded,
    FaultStarted,
    FilesEnd,
    Judging,
    Loaded,
    LoadStarted,
    Notified,
    Observed,
    OffsetsReset,
    OpenTransactions,
    PodsSeen,
    Preflight,
    SavepointTaken,
    SelfTest,
    Steady,
    StepFailed,
    Stopped,
    StopRequested,
    Table,
    TargetsChosen,
    TopicBegin,
    TopicEnd,
    Undone,
    Unschedulable,
)
from flink_chaos.model.progress_facts import CheckpointMark, FailureTold, PodWaits, StopAsked
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.model.running_facts import Running
from flink_chaos.model.topic_facts import TopicState
from flink_chaos.model.trouble_facts import NodesBefore, Trouble

if TYPE_CHECKING:
    from datetime import datetime

AnyFact = Annotated[
    Preflight
    | OffsetsReset
    | TopicBegin
    | TopicEnd
    | TopicState
    | FilesEnd
    | OpenTransactions
    | Deployed
    | Steady
    | TargetsChosen
    | PodsSeen
    | JobSeen
    | FaultHit
    | HitByOthers
    | CheckpointsSeen
    | SavepointTaken
    | Unschedulable
    | FaultStarted
    | FaultEnded
    | Evidence
    | LoadStarted
    | Loaded
    | Drained
    | Stopped
    | Table
    | Counts
    | RecordProof
    | SourceProof
    | SelfTest
    | Observed
    | Judging
    | StepFailed
    | StopRequested
    | Undone
    | RemovalAsked
    | NodesBefore
    | Trouble
    | Notified
    | CheckpointMark
    | FailureTold
    | StopAsked
    | PodWaits
    | Running,
    Field(discriminator="kind"),
]
F = TypeVar("F", bound=Fact)
FACT: TypeAdapter[AnyFact] = TypeAdapter(AnyFact)


class Journal:
    """The facts of an attempt, in the order in which they were written."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts

    def all(self, kind: type[F]) -> list[F]:
        """Every fact of a kind, oldest first."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def last(self, kind: type[F], **having: object) -> F | None:
        """The newest fact of a kind whose fields have the given values, None if there is none."""
        found = [fact for fact in self.all(kind) if all(getattr(fact, k) == v for k, v in having.items())]
        return found[-1] if found else None

    def seconds_since(self, begin: datetime) -> float | None:
        """From that moment to the newest fact by the worker's clock; None if there is none."""
        ended = max((fact.at for fact in self.facts if fact.clock == "worker"), default=None)
        return (ended - begin).total_seconds() if ended else None
