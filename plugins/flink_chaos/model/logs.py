"""Logs of pods as they are kept: each line with the moment at which its node wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from flink_chaos.model.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flink_chaos.model.base import Copy

SECOND_NS = 1_000_000_000
TIMED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ")


@dataclass(frozen=True)
class KeptLog:
    """The log of one pod of a copy in the store; its size in bytes."""

    copy: Copy
    pod: str
    size: int


@dataclass(frozen=True)
class LogLine:
    """One line; ns since the epoch by the node's clock."""

    at_ns: int
    pod: str
    text: str

    @property
    def at_ms(self) -> int:
        """The moment, as samples have it."""
        return self.at_ns // 1_000_000


@dataclass(frozen=True)
class Logs:
    """What a report tells of a run's logs: which there are, and the lines of the chaos copy's JobManagers, by time."""

    kept: Sequence[KeptLog] = ()
    jobmanager: Sequence[LogLine] = ()


def written_ns(line: str) -> int | None:
    """When a line was written, ns since the epoch: a float of seconds or a datetime would lose digits.

    None for what does not begin with a moment.
    """
    found = TIMED.match(line)
    if found is None:
        return None
    seconds, fraction, zone = found.groups()
    at = datetime.fromisoformat(seconds + zone.replace("Z", "+00:00"))
    return int(at.timestamp()) * SECOND_NS + int((fraction or "").ljust(9, "0"))


def moment(at_ns: int) -> datetime:
    """The whole second that it lies in."""
    return datetime.fromtimestamp(at_ns // SECOND_NS, UTC)


def lines(pod: str, text: str) -> Iterator[LogLine]:
    """The lines of a log that tell their moment, without it."""
    for line in text.split("\n"):
        if (at_ns := written_ns(line)) is not None:
            yield LogLine(at_ns, pod, cut(line.partition(" ")[2]))


def later(text: str, than_ns: int) -> tuple[str, int]:
    """Whole lines that were written after a moment, and when the last of them was.

    A line without a moment belongs to that before it. An end without a line break is half a line.
    """
    whole = text.split("\n")[:-1]
    times = [written_ns(line) for line in whole]
    known = sum(1 for _ in takewhile(lambda at: at is None or at <= than_ns, times))
    last = max((at for at in times[known:] if at is not None), default=than_ns)
    return "".join(f"{line}\n" for line in whole[known:]), last
