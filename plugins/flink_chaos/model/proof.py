"""What a comparison finds in one copy's output: how often each id came, and the first offenders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Record, Told

FindingKind = Literal["lost", "duplicated", "changed", "reordered", "extra"]


class Place(Told):
    """Where and when a record was written."""

    partition: int = Field(description="of a file: its number among the files of the sink")
    offset: int = Field(description="of a file: the number of the record in it, from 0")
    timestamp_ms: int
    file: str = Field(default="", description="empty: in a topic")


class Finding(Told):
    """One id that is not as it should be."""

    kind: FindingKind
    id: str
    source: Place | None = Field(default=None, description="where the loader wrote it")
    sink: list[Place] = Field(
        default_factory=list, description="places in the output, by partition and offset: the first ones and the last"
    )
    places: int = Field(default=0, description="how many there are in all; 0: those that are listed")
    phase: str = Field(default="", description="when, seen from the fault; of a lost id: when it was loaded")
    cause: str = Field(default="", description="a hint, not a proof")


class Compared(Record):
    """One copy's output against the stable copy's, which says which ids there are, how often, and with which values.

    An id is (run, number) or (run, key columns), of any run; a record that has none is identified by all of its text.
    Of an id whose values differ, as many records are changed as can be: they are neither lost nor surplus.
    """

    expected: int = Field(description="ids of the stable copy; of the source: the numbers that were to be loaded")
    records: int = Field(description="committed records between the recorded offsets")
    ids: int = Field(description="expected ids that came at least once")
    lost: int = Field(description="records of expected ids that never came")
    duplicated: int = Field(description="expected ids with surplus records")
    surplus: int = Field(description="records of expected ids beyond the stable copy's")
    extra: int = Field(description="records whose id is not expected")
    lost_ids: int = Field(default=0, description="ids of which records are lost")
    changed: int | None = Field(
        default=None, description="expected ids with a value that the stable copy's has not; null: nothing compared"
    )
    undercounted: int | None = Field(
        default=None, description="expected ids whose highest `count` is below the stable copy's; null: no `count`"
    )
    older: int = Field(default=0, description="records that do not belong to this run")
    counted: int | None = Field(
        default=None,
        description="loaded records that this run's ids stand for, each id once: by `count`, else 1; "
        "by number only 0 .. N-1",
    )
    repeated: int | None = Field(
        default=None, description="records of this run beyond the first of their id, by number only of 0 .. N-1"
    )
    unloaded: int | None = Field(
        default=None, description="records of this run whose number nobody loaded; null: with `key`"
    )
    summed: int | None = Field(default=None, description="with `count`: loaded records that all records stand for")


class Deliveries(Compared):
    """What the record proof found in one copy's output."""

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
