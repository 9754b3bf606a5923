"""Where a consumer group shall start: the strategies of `kafka-consumer-groups --reset-offsets`, as pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.telling import short, shown

if TYPE_CHECKING:
    from collections.abc import Callable

DURATION = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<days>[-+]?\d+)D)?"
    r"(?P<time>T(?:(?P<hours>[-+]?\d+)H)?(?:(?P<minutes>[-+]?\d+)M)?(?:(?P<seconds>[-+]?\d+(?:\.\d{0,9})?)S)?)?",
    re.IGNORECASE,
)
"""What Java's Duration.parse takes, which is what Kafka's own tool uses."""


@dataclass(frozen=True)
class PartitionState:
    """One partition as a strategy sees it: first and next offset, the group's commit, and the offset at the asked time
    (None where no record is that young, or no time was asked for).
    """

    number: int
    start: int
    end: int
    committed: int | None = None
    at_time: int | None = None

    def clamp(self, offset: int) -> int:
        """Return `offset`, moved into what the partition holds."""
        return min(max(offset, self.start), self.end)


class OffsetStrategy(Protocol):
    """Decides one partition's offset. Pure: asks nobody, writes nothing."""

    def time_asked(self, now: datetime) -> datetime | None:
        """Return the time whose offset `target` needs, or None."""

    def target(self, partition: PartitionState) -> int:
        """Return the offset to start from."""


class _Timeless:
    """Strategies that ask for no time."""

    def time_asked(self, now: datetime) -> datetime | None:  # noqa: ARG002 - the protocol's signature
        return None


@dataclass(frozen=True)
class ToEarliest(_Timeless):
    """The first record that the partition still holds."""

    def target(self, partition: PartitionState) -> int:
        """Return the log start offset."""
        return partition.start


@dataclass(frozen=True)
class ToLatest(_Timeless):
    """Only what is written from now on."""

    def target(self, partition: PartitionState) -> int:
        """Return the high watermark."""
        return partition.end


@dataclass(frozen=True)
class ToCurrent(_Timeless):
    """Where the group stands."""

    def target(self, partition: PartitionState) -> int:
        """Return the commit; the end where there is none."""
        return partition.end if partition.committed is None else partition.clamp(partition.committed)


@dataclass(frozen=True)
class ToOffset(_Timeless):
    """One and the same offset in every partition."""

    offset: int

    def target(self, partition: PartitionState) -> int:
        """Return the offset, clamped."""
        return partition.clamp(self.offset)


@dataclass(frozen=True)
class ShiftBy(_Timeless):
    """Relative to the group's commit: negative goes back."""

    count: int

    def target(self, partition: PartitionState) -> int:
        """Return the moved commit, clamped; raises KafkaProblem without one, as Kafka's tool does."""
        if partition.committed is None:
            raise KafkaProblem(
                f"cannot shift partition {partition.number} by {self.count}: the group has no committed offset there; "
                f"use to-latest, to-earliest, to-offset or to-datetime first"
            )
        return partition.clamp(partition.committed + self.count)


@dataclass(frozen=True)
class ToDatetime:
    """The first record written at a time or later; the end where there is none."""

    at: datetime

    def time_asked(self, now: datetime) -> datetime | None:  # noqa: ARG002 - the protocol's signature
        """Return the time itself."""
        return self.at

    def target(self, partition: PartitionState) -> int:
        """Return the offset at that time."""
        return partition.end if partition.at_time is None else partition.at_time


@dataclass(frozen=True)
class ByDuration:
    """As ToDatetime, counted back from now."""

    duration: timedelta

    def time_asked(self, now: datetime) -> datetime | None:
        """Return now less the duration."""
        return now - self.duration

    def target(self, partition: PartitionState) -> int:
        """Return the offset at that time."""
        return partition.end if partition.at_time is None else partition.at_time


def parse_strategy(text: str) -> OffsetStrategy:
    """Read "to-latest", "to-offset:42", "shift-by:-100", "to-datetime:2026-01-01T00:00:00Z", "by-duration:PT5M" ...

    A time without zone is UTC, as for Kafka's tool. Raises KafkaProblem with the forms that are understood.
    """
    name, colon, argument = text.strip().partition(":")
    if not colon and name in PLAIN:
        return PLAIN[name]()
    if not argument or name not in WITH_ARGUMENT:
        forms = ", ".join([*PLAIN, *EXAMPLES.values()])
        raise KafkaProblem(f"offsets {shown(text)} are not understood: write one of {forms}")
    try:
        return WITH_ARGUMENT[name](argument)
    except OverflowError as error:
        raise KafkaProblem(
            f"offsets {shown(text)}: that is beyond the years 1 to 9999; write it like {EXAMPLES[name]!r}"
        ) from error
    except ValueError as error:
        raise KafkaProblem(f"offsets {shown(text)}: {short(str(error))}; write it like {EXAMPLES[name]!r}") from error


def parse_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration as Java does: PnDTnHnMn.nS. Raises ValueError."""
    found = DURATION.fullmatch(text)
    parts = found.group("days", "hours", "minutes", "seconds") if found else ()
    if found is None or not any(parts) or found.group("time") in ("T", "t"):
        raise ValueError(f"{shown(text)} is no duration")
    days, hours, minutes, seconds = (float(part or 0) for part in parts)
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -duration if found.group("sign") == "-" else duration


def _reachable(text: str) -> timedelta:
    """A duration that can be counted back from now, or forth. Raises OverflowError for one beyond Python's years."""
    duration = parse_duration(text)
    _ = clock.now() - 2 * duration
    return duration


def _time(text: str) -> datetime:
    if "T" not in text:
        raise ValueError(f"{shown(text)} is no date and time")
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _natural(text: str) -> int:
    number = _integer(text)
    if number < 0:
        raise ValueError(f"{number} is no offset")
    return number


def _integer(text: str) -> int:
    """As far as Kafka counts; Python would take `1_000` too."""
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        raise ValueError(f"{shown(text)} is no number of records")
    return int(text)


PLAIN: dict[str, type[OffsetStrategy]] = {"to-latest": ToLatest, "to-earliest": ToEarliest, "to-current": ToCurrent}
EXAMPLES = {
    "to-offset": "to-offset:42",
    "shift-by": "shift-by:-100",
    "to-datetime": "to-datetime:2026-01-01T00:00:00Z",
    "by-duration": "by-duration:PT5M",
}
WITH_ARGUMENT: dict[str, Callable[[str], OffsetStrategy]] = {
    "to-offset": lambda argument: ToOffset(_natural(argument)),
    "shift-by": lambda argument: ShiftBy(_integer(argument)),
    "to-datetime": lambda argument: ToDatetime(_time(argument)),
    "by-duration": lambda argument: ByDuration(_reachable(argument)),
}
