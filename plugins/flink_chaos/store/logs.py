"""Logs of pods in parts: <attempt>/logs/<copy>/<pod>/<ns of its last line>-<bytes>.log, each written whole or not.

The name of the last part tells from where on to fetch, whoever fetches next; the names tell the size of all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.logs import KeptLog, Logs, lines
from flink_chaos.model.names import Shape
from flink_chaos.model.observation import is_jobmanager
from flink_chaos.store.errors import StoreError
from flink_chaos.store.files import encoded, names_in, remove, text_at, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from flink_chaos.model.logs import LogLine
    from flink_chaos.store.records import Attempt

LOGS = "logs"
PART = re.compile(r"[0-9]{1,20}-[0-9]{1,12}\.log")
MOST_BYTES = 5_000_000
"""Of a pod, the last ones: a TaskManager that fails again and again writes 1 MB a minute, one that runs well 10 kB."""


def append_log(attempt: Attempt, copy: Copy, pod: str, text: str, last_ns: int) -> None:
    """Store what follows, and drop the oldest parts above MOST_BYTES; nothing for none.

    Raises StoreError when another observer has stored the same, and for a name that is no pod's.
    """
    if text:
        folder = _folder(attempt, copy, pod)
        write_new(folder / f"{last_ns}-{len(encoded(text))}.log", text)
        _trim(_parts(folder))


def kept_until(attempt: Attempt, copy: Copy, pod: str) -> int:
    """When the last line that is stored was written, ns since the epoch; 0 for none."""
    return max((_told(part)[0] for part in _parts(_folder(attempt, copy, pod))), default=0)


def kept_logs(attempt: Attempt) -> list[KeptLog]:
    """Every pod with a log, by copy and name; none where nobody kept any."""
    found = [(copy, pod) for copy in Copy for pod in names_in(attempt.folder / LOGS / copy.value)]
    logs = [KeptLog(copy, pod, _size(attempt, copy, pod)) for copy, pod in found if Shape.POD.fits(pod)]
    return sorted((log for log in logs if log.size), key=lambda log: (log.copy, log.pod))


def logs(attempt: Attempt) -> Logs:
    """For a report; empty where nobody kept any."""
    kept = kept_logs(attempt)
    own = [log for log in kept if log.copy is Copy.CHAOS and is_jobmanager(log.pod)]
    told = [line for log in own for line in log_lines(attempt, log)]
    return Logs(kept, sorted(told, key=lambda line: line.at_ns))


def log_lines(attempt: Attempt, log: KeptLog) -> Iterator[LogLine]:
    """Its lines, oldest first."""
    for part in _parts(_folder(attempt, log.copy, log.pod)):
        yield from lines(log.pod, text_at(part))


def _folder(attempt: Attempt, copy: Copy, pod: str) -> UPath:
    """Raises StoreError for a name that would lead elsewhere."""
    try:
        Shape.POD.checked(pod)
    except ValueError as error:
        raise StoreError(f"{attempt.folder / LOGS}: a log is not kept: {error}") from error
    return attempt.folder / LOGS / copy.value / pod


def _size(attempt: Attempt, copy: Copy, pod: str) -> int:
    return sum(_told(part)[1] for part in _parts(_folder(attempt, copy, pod)))


def _parts(folder: UPath) -> list[UPath]:
    names = sorted(filter(PART.fullmatch, names_in(folder)), key=_numbers)
    return [folder / name for name in names]


def _told(part: UPath) -> tuple[int, int]:
    """Moment of its last line, and bytes."""
    return _numbers(part.name)


def _numbers(name: str) -> tuple[int, int]:
    last, _, size = name.removesuffix(".log").partition("-")
    return int(last), int(size)


def _trim(found: list[UPath]) -> None:
    left = sum(_told(part)[1] for part in found)
    for part in found[:-1]:
        if left <= MOST_BYTES:
            return
        left -= _told(part)[1]
        remove(part)
