"""What the two ways of counting found in the outputs: Flink SQL, and the record proof."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Fact
from flink_chaos.model.proof import Compared, Deliveries, Finding


class Counts(Fact, Compared):
    """One copy's output as Flink SQL counts it, against the stable copy's."""

    kind: Literal["counts"] = "counts"
    copy_: Copy = Field(alias="copy")


class RecordProof(Fact):
    """What came of one copy, read from the topics themselves and not by Flink."""

    kind: Literal["record_proof"] = "record_proof"
    copy_: Copy = Field(alias="copy")
    deliveries: Deliveries
    findings: list[Finding] = Field(description="the first of each kind")
    seconds: float = Field(description="how long scan and count took")


class SourceProof(Fact):
    """What the loader wrote, read from the source topic itself; flush records are extra."""

    kind: Literal["source_proof"] = "source_proof"
    topic: str
    deliveries: Deliveries
    findings: list[Finding] = Field(description="the first of each kind")
