"""The spans of a run as the proof names them: seen from the fault, and from how the chaos copy came back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Checkpoint, CheckpointsSeen, Drained, FaultEnded, FaultStarted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flink_chaos.model.facts import Fact
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.recovery import Mark

BEFORE, DURING, AFTER = "before the fault", "in the fault", "after the fault"
RECOVERY, CATCH_UP, CAUGHT_UP = "in recovery", "catching up", "caught up"
"""Recovery begins with the fault and ends with the first checkpoint that completes after the restore."""


@dataclass(frozen=True)
class Replay:
    """What is read again after a restore: the input behind a checkpoint, until the job runs again."""

    checkpoint: int
    begin_ms: int
    end_ms: int

    def made(self, first_ms: int, last_ms: int) -> bool:
        """Whether the replay would bring again what was first written at one time, at the other."""
        return self.begin_ms <= first_ms < self.end_ms <= last_ms


@dataclass(frozen=True)
class Phases:
    """Names of the spans of a run and when each begins, in ms, rising. What is older than all is in the first."""

    begins: Sequence[tuple[int, str]]
    replay: Replay | None = None

    def at(self, timestamp_ms: int) -> str:
        """Name of the span in which it happened."""
        place = bisect_right([begin for begin, _ in self.begins], timestamp_ms)
        return self.begins[max(0, place - 1)][1]


def phases_of(journal: Journal, marks: Sequence[Mark] | None = None) -> Phases:
    """Before the fault, in recovery, catching up and caught up; of a copy that was not restored in and after the fault.

    Times come from `marks` where they tell them, else from the facts. Without a fault everything is before it.
    """
    begun = journal.last(FaultStarted)
    if begun is None:
        return Phases([(0, BEFORE)])
    fault, named = _ms(begun), {mark.name: mark.at_ms for mark in marks or ()}
    recovered = named.get("checkpointed") or _recovered_ms(journal, fault)
    begins = [(0, BEFORE), (fault, DURING)]
    if recovered is None:
        begins += _span(_ms(journal.last(FaultEnded)), AFTER)
    else:
        caught_up = named.get("caught up") or _ms(journal.last(Drained, copy_=Copy.CHAOS))
        begins = [(0, BEFORE), (fault, RECOVERY), (recovered, CATCH_UP), *_span(caught_up, CAUGHT_UP)]
    return Phases(begins, _replay(journal, named.get("running") or fault))


def _span(begin: int, name: str) -> list[tuple[int, str]]:
    return [(begin, name)] if begin else []


def _ms(fact: Fact | None) -> int:
    return fact.at_ms if fact else 0


def _looks(journal: Journal) -> Iterator[CheckpointsSeen]:
    """Looks at the chaos copy, the newest first."""
    for moment in ("drained", "after the fault", "before the fault"):
        look = journal.last(CheckpointsSeen, copy_=Copy.CHAOS, moment=moment)
        if look:
            yield look


def _restored_id(journal: Journal) -> int | None:
    """Checkpoint that the fault made the copy restore, None if none is known."""
    looks = list(_looks(journal))
    before = {look.restored_id for look in looks if look.moment == "before the fault"}
    return next((look.restored_id for look in looks if look.restored_id not in {None, *before}), None)


def _history(journal: Journal) -> list[Checkpoint]:
    return [one for look in _looks(journal) for one in look.history]


def _recovered_ms(journal: Journal, fault: int) -> int | None:
    """When the first checkpoint completed that was begun after the restore."""
    restored = _restored_id(journal)
    if restored is None:
        return None
    ends = [
        one.ended_ms
        for one in _history(journal)
        if one.id > restored and one.status == "COMPLETED" and one.trigger_ms >= fault and not one.is_savepoint
    ]
    return min(ends, default=None)


def _replay(journal: Journal, running: int) -> Replay | None:
    """What came before the checkpoint's barriers is in it; they were sent when it was triggered."""
    restored = _restored_id(journal)
    begun = next((one.trigger_ms for one in _history(journal) if one.id == restored), None)
    return None if restored is None or begun is None else Replay(restored, begun, running)
