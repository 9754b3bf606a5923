"""What the cluster said: warnings among its events, and the JobManager's around the fault. All of it is untrusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.model.logs import LogLine, Logs
    from flink_chaos.model.observation import EventSeen, Observation
    from flink_chaos.model.recovery import Recovery

MOST, LENGTH = 20, 300
"""Rows of each table and characters of a text: the rest is in the kept files."""

BEFORE_MS, AFTER_MS = 5_000, 120_000
"""Around the fault: node and worker may differ by seconds, and what a fault breaks is told after it."""

LEVEL = re.compile(r"\b(FATAL|ERROR|WARN|INFO|DEBUG|TRACE)")
BAD = ("FATAL", "ERROR", "WARN")
HEAD = 80
"""Characters of a line in which its level stands; later the word is somebody's text."""


@dataclass(frozen=True)
class Said:
    """Rows of three tables; `left_out` tells how many warnings and lines have no row."""

    warnings: list[list[Any]]
    lines: list[list[Any]]
    logs: list[list[Any]]
    left_out: tuple[int, int]


def said(observation: Observation, recovery: Recovery | None, logs: Logs, zero_ms: int) -> Said:
    """Times are seconds since `zero_ms`. Without a fault the whole run is around it."""
    begin, end = _window(recovery)
    warnings = [event for event in observation.events if event.warning]
    lines = _grouped(line for line in logs.jobmanager if begin <= line.at_ms <= end)
    shown = sorted(warnings, key=lambda event: (event.last_ms < begin, event.first_ms))[:MOST]
    worst = sorted(lines, key=lambda row: (row[2].startswith("WARN"), row[0]))[:MOST]
    return Said(
        warnings=[_event_row(event, zero_ms) for event in sorted(shown, key=lambda event: event.first_ms)],
        lines=[[_seconds(at_ms, zero_ms), *told] for at_ms, *told in sorted(worst)],
        logs=[[f"logs/{log.copy}/{log.pod}/", log.size] for log in logs.kept],
        left_out=(len(warnings) - len(shown), len(lines) - len(worst)),
    )


def _window(recovery: Recovery | None) -> tuple[float, float]:
    if recovery is None or recovery.undisturbed:
        return 0, float("inf")
    return recovery.fault_ms - BEFORE_MS, (recovery.fault_ended_ms or recovery.fault_ms) + AFTER_MS


def _event_row(event: EventSeen, zero_ms: int) -> list[Any]:
    texts = [plain(text) for text in (event.copy_, event.about, event.reason, event.message)]
    return [_seconds(event.first_ms, zero_ms), *texts, event.count]


def _seconds(ms: int, zero_ms: int) -> float:
    return round((ms - zero_ms) / 1000, 1)


def _grouped(lines: Iterable[LogLine]) -> list[tuple[int, str, str, int]]:
    """Moment (ms), pod, text from the level on and how often: Flink says many things several times."""
    first: dict[tuple[str, str], int] = {}
    times: dict[tuple[str, str], int] = {}
    for line in lines:
        found = LEVEL.search(line.text[:HEAD])
        if found and found[1] in BAD:
            key = (line.pod, plain(line.text[found.start() :]))
            first.setdefault(key, line.at_ms)
            times[key] = times.get(key, 0) + 1
    return [(at_ms, *key, times[key]) for key, at_ms in first.items()]


def plain(text: str) -> str:
    """On one line and not too long; characters that cannot be seen, or that turn the text around, are escapes."""
    seen = one_line(text[: LENGTH + 1])
    return seen if len(seen) <= LENGTH else seen[: LENGTH - 1] + "…"
