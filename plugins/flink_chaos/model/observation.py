"""What the observer saw of both copies, once a second, and when it happened by whose clock."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter, field_validator

from flink_chaos.model.base import Copy, Told
from flink_chaos.model.facts import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Seen(Told):
    """Something that was looked at. Null anywhere in it: nobody answered in time."""

    at_ms: int = Field(description="worker's clock, ms since the epoch")


class SeenOfCopy(Seen):
    """Something of one copy."""

    copy_: Copy = Field(alias="copy")


class Sample(SeenOfCopy):
    """One look. Counts of records are offsets since the run began: transaction markers are among them."""

    kind: Literal["sample"] = "sample"
    loaded: int | None = Field(default=None, description="records in the source topic")
    committed_lag: int | None = Field(default=None, description="records beyond the group's committed offsets")
    pending_lag: int | None = Field(default=None, description="records that the source has not read, as Flink says")
    busy: float | None = Field(default=None, description="share of time that the busiest task works, 0 to 1")
    written: int | None = Field(default=None, description="records in the sink, of open transactions too")
    visible: int | None = Field(default=None, description="records before the last stable offset of the sink")
    job_id: str | None = None
    job_state: str | None = None
    tasks: int | None = None
    tasks_running: int | None = None
    restarts: int | None = Field(default=None, description="since this JobManager began")
    checkpoint_id: int | None = Field(default=None, description="newest completed one; 0: none")
    pods: int | None = None
    pods_ready: int | None = None

    @field_validator("busy", mode="before")
    @classmethod
    def _measured(cls, value: Any) -> Any:
        """Flink tells NaN where nothing was measured, and versions before stored it."""
        return None if str(value).lower() == "nan" else value


class CheckpointEnded(SeenOfCopy):
    """A checkpoint that completed or failed; its own times are Flink's."""

    kind: Literal["checkpoint"] = "checkpoint"
    job_id: str
    checkpoint: Checkpoint


class FailureSeen(SeenOfCopy):
    """An entry of the JobManager's exception history."""

    kind: Literal["failure"] = "failure"
    failed_ms: int = Field(description="Flink's clock")
    name: str
    task: str = ""
    message: str = Field(default="", description="first line")


class ClockSeen(SeenOfCopy):
    """A JobManager's clock beside the worker's."""

    kind: Literal["clock"] = "clock"
    ahead_ms: int = Field(description="how far it was ahead of the worker's")
    within_ms: int = Field(description="the answer took twice as long: it may be so much more or less")


class PodState(Told):
    """A pod as the API server knows it."""

    name: str
    node: str = ""
    phase: str = ""
    ready: bool = False
    image: str = Field(default="", description="what the node runs, by digest where it tells one")


class PodsState(SeenOfCopy):
    """Pods of a copy by UID, written whenever something about them changed."""

    kind: Literal["pods"] = "pods"
    pods: dict[str, PodState]


class NodeState(Told):
    """A node as the API server knows it; one that is gone is neither ready nor schedulable."""

    ready: bool = False
    schedulable: bool = Field(default=False, description="not cordoned")
    pressure: list[str] = Field(default=[], description="conditions such as MemoryPressure that hold")

    @property
    def trouble(self) -> list[str]:
        """What is wrong with it, in words; nothing for a node that takes pods."""
        told = [("not ready", not self.ready), ("cordoned", not self.schedulable)]
        return [*(word for word, holds in told if holds), *self.pressure]


class NodesState(Seen):
    """Nodes that hold pods of the run, or are its target, by name; written whenever something about them changed."""

    kind: Literal["nodes"] = "nodes"
    nodes: dict[str, NodeState]


class EventSeen(SeenOfCopy):
    """A Kubernetes event about a copy's FlinkDeployment or one of its pods; times are the reporter's, whole seconds."""

    kind: Literal["event"] = "event"
    uid: str
    about: str = Field(description="kind/name of the object")
    warning: bool
    reason: str
    message: str
    count: int = Field(description="how often it happened until it was looked at")
    first_ms: int
    last_ms: int


AnySeen = Annotated[
    Sample | CheckpointEnded | FailureSeen | ClockSeen | PodsState | NodesState | EventSeen,
    Field(discriminator="kind"),
]
SEEN: TypeAdapter[AnySeen] = TypeAdapter(AnySeen)


def is_jobmanager(pod: str) -> bool:
    """Whether the name of a copy's pod is a JobManager's: Flink itself names TaskManagers."""
    return "-taskmanager-" not in pod


def longest_gap(times_ms: Sequence[int]) -> float:
    """Seconds between the two moments that lie furthest apart of those that follow each other; 0 for less than two."""
    return max(((after - before) / 1000 for before, after in pairwise(times_ms)), default=0.0)


class Observation:
    """Everything the observer saw, in the order of time; parts may tell the same checkpoint, failure or event twice."""

    def __init__(self, seen: Iterable[Seen] = ()) -> None:
        self.seen = sorted(seen, key=lambda one: one.at_ms)

    def samples(self, copy: Copy) -> list[Sample]:
        """Looks at a copy, oldest first."""
        return [one for one in self.seen if isinstance(one, Sample) and one.copy_ == copy]

    def checkpoints(self, copy: Copy) -> list[Checkpoint]:
        """Ended checkpoints of a copy over all its JobManagers, by the time they were triggered; savepoints too.

        Times are the worker's, as far as it is known how far Flink's clock is off. Of one that was told twice, what was
        known of its barriers stands.
        """
        own = [one for one in self.seen if isinstance(one, CheckpointEnded) and one.copy_ == copy]
        own.sort(key=lambda one: one.checkpoint.alignment_ms is not None)
        ended = {(one.checkpoint.id, one.checkpoint.trigger_ms): one for one in own}
        moved = [_moved(one.checkpoint, self.ahead_ms(copy, one.at_ms)) for one in ended.values()]
        return sorted(moved, key=lambda checkpoint: checkpoint.trigger_ms)

    def known_barriers(self, copy: Copy) -> set[tuple[int, int]]:
        """Id and time, as Flink told it, of the copy's checkpoints whose barriers are known."""
        own = [one.checkpoint for one in self.seen if isinstance(one, CheckpointEnded) and one.copy_ == copy]
        return {(one.id, one.trigger_ms) for one in own if one.alignment_ms is not None}

    def failures(self, copy: Copy) -> list[FailureSeen]:
        """What Flink caught in a copy, oldest first; times are the worker's, as those of checkpoints."""
        own = [one for one in self.seen if isinstance(one, FailureSeen) and one.copy_ == copy]
        first = {(one.failed_ms, one.name, one.task): one for one in reversed(own)}
        moved = [
            one.model_copy(update={"failed_ms": one.failed_ms - self.ahead_ms(copy, one.at_ms)})
            for one in first.values()
        ]
        return sorted(moved, key=lambda one: one.failed_ms)

    def ahead_ms(self, copy: Copy, at_ms: int) -> int:
        """How far the copy's Flink was ahead of the worker at that time, as measured next to it.

        0 where it was not measured, or is not more than the measure is exact.
        """
        own = [one for one in self.clocks if one.copy_ == copy]
        nearest = min(own, key=lambda one: abs(one.at_ms - at_ms), default=None)
        return nearest.ahead_ms if nearest and abs(nearest.ahead_ms) > nearest.within_ms else 0

    @cached_property
    def clocks(self) -> list[ClockSeen]:
        """Flink's clocks, whenever they were looked at."""
        return [one for one in self.seen if isinstance(one, ClockSeen)]

    def pods(self, copy: Copy) -> list[PodsState]:
        """Pods of a copy, whenever they changed."""
        return [one for one in self.seen if isinstance(one, PodsState) and one.copy_ == copy]

    @property
    def nodes(self) -> list[NodesState]:
        """Nodes of the run, whenever they changed."""
        return [one for one in self.seen if isinstance(one, NodesState)]

    @property
    def events(self) -> list[EventSeen]:
        """Events of both copies as they were last seen, by the time they first happened."""
        last = {one.uid: one for one in self.seen if isinstance(one, EventSeen)}
        return sorted(last.values(), key=lambda one: (one.first_ms, one.uid))


def _moved(checkpoint: Checkpoint, ahead_ms: int) -> Checkpoint:
    """The same by the worker's clock."""
    return checkpoint.model_copy(update={"trigger_ms": checkpoint.trigger_ms - ahead_ms}) if ahead_ms else checkpoint
