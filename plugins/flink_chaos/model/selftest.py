"""The test of the test: known offences that the record proof must find again, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime, Field

from flink_chaos.model.base import Record

MOST_RECORDS = 1_000_000
"""Of a self-test; they are kept in memory."""


@dataclass(frozen=True)
class Write:
    """One record of a topic."""

    partition: int
    value: bytes


@dataclass(frozen=True)
class Transaction:
    """Records that are committed or aborted together, in this order."""

    writes: tuple[Write, ...]
    commit: bool = True


class SelfTestResult(Record):
    """What was planted into a copy, and what the record proof found; `<store>/selftest/<time>.json`."""

    at: AwareDatetime
    ok: bool
    way: Literal["kafka", "memory", "run"] = Field(
        description="kafka: through topics and transactions; memory: without Kafka; run: its own output"
    )
    version: str = Field(description="of this package")
    seed: int
    records: int
    planted: dict[str, int] = Field(description="by kind")
    found: dict[str, int]
    problems: list[str] = Field(description="what was not found as it was planted")
    seconds: float

    @property
    def message(self) -> str:
        """One line."""
        if self.ok:
            return f"all {sum(self.planted.values()):,} planted offences found in {self.records:,} records, no other"
        return "; ".join(self.problems)
