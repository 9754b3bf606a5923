"""The self-test of the record proof as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flink_chaos.model.facts import SelfTest

HOUR, DAY = 3600, 86400


def selftest_line(fact: SelfTest) -> str:
    """Whether the record proof was tested, when, and what came of it."""
    if fact.ok is None:
        return "record proof: never tested; `flink-chaos selftest` does it"
    word = "passed" if fact.ok else "FAILED"
    return f"record proof: self-test {word} {_age(fact.age_seconds or 0)} ago, version {fact.version}: {fact.message}"


def _age(seconds: float) -> str:
    if seconds < 2 * HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"
