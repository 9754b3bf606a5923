"""The answer of a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from flink_chaos.model.base import Guarantee, Told
from flink_chaos.model.facts import SelfTest
from flink_chaos.model.proof import Finding
from flink_chaos.model.recovery import Recovery


class Outcome(StrEnum):
    """What a run ends with."""

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    ABORTED = "ABORTED"
    PLANNED = "PLANNED"

    @property
    def exit_code(self) -> int:
        """The same everywhere; 4 is kept for set-up errors."""
        return {"PASS": 0, "PLANNED": 0, "FAIL": 1, "INCONCLUSIVE": 2, "ABORTED": 3}[self.value]


SETUP_ERROR = 4
"""Exit code when no run came about at all."""

SCHEMA_VERSION = 1
"""Of verdict.json: raised when a field goes away or means something else, not when one is added."""


class Line(Told):
    """One demand of the contract and what was seen."""

    name: str
    ok: bool | None = Field(description="null: nobody looked")
    demanded: str
    seen: str


class Verdict(Told):
    """Outcome, and everything it rests on."""

    run_key: str
    dag_id: str
    run_id: str
    attempt: int
    outcome: Outcome
    contract: Guarantee
    reasons: list[str]
    lines: list[Line]
    notes: list[str] = Field(default_factory=list, description="what the reader should know and nothing rests on")
    tables: dict[str, list[dict[str, Any]]]
    counts: dict[str, dict[str, int]]
    recovery: Recovery | None = None
    self_test: SelfTest | None = Field(default=None, description="of the record proof, when the verdict was made")
    findings: list[Finding] = Field(default_factory=list, description="of the chaos copy, the first of each kind")
