"""What the record proof found in one copy's output: how often each id came, and the first offenders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Record

FindingKind = Literal["lost", "duplicated", "changed", "reordered", "extra"]


class Place(Record):
    """Where and when a record was written."""

    partition: int = Field(description="of a file: its number among the files of the sink")
    offset: int = Field(description="of a file: the number of the record in it, from 0")
    timestamp_ms: int
    file: str = Field(default="", description="empty: in a topic")


class Finding(Record):
    """One id that is not as it should be."""

    kind: FindingKind
    id: str
    source: Place | None = Field(default=None, description="where the loader wrote it")
    sink: list[Place] = Field(default_factory=list, description="every place in the output, oldest first")
    phase: str = Field(default="", description="when, seen from the fault; of a lost id: when it was loaded")
    cause: str = Field(default="", description="a hint, not a proof")


class Deliveries(Record):
    """How often the ids of a run came."""

    expected: int = Field(description="ids there should be")
    records: int = Field(description="committed records between the recorded offsets")
    ids: int = Field(description="expected ids that came at least once")
    lost: int
    duplicated: int = Field(description="ids that came more than once")
    surplus: int = Field(description="records beyond the first of their id")
    extra: int = Field(description="records whose id is not expected")
    changed: int | None = Field(default=None, description="ids with other values than in the stable copy")
    reordered: int | None = Field(default=None, description="ids that came after one loaded later")
    aborted: int | None = Field(
        default=None, description="records of transactions that were aborted, of files that were never finished"
    )
    delay_p50_ms: int | None = Field(
        default=None,
        description="from the source to the first delivery, by the records' timestamps: when they were written; "
        "a transaction's records can be read when it is committed",
    )
    delay_p99_ms: int | None = None
    delay_max_ms: int | None = None
