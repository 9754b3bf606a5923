"""The expected ids in pieces that fit into memory, and for each piece one row for every id that came.

Ids are close together, so DuckDB counts them in an array (perfect hash) and no join of millions is made. Records come
roughly in the order of their ids, so a Parquet file's statistics let it skip what is in no piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.proof.sets import OF_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from flink_chaos.proof.sets import Sets

PIECE = (1 << 19) - 2
"""Ids of a piece: an array of 2^19 holds them and what lies beside them, so that caches and memory hold the array."""

COPY = "count(*) AS times, min(timestamp_ms) AS first_ms, min(payload) AS low, max(payload) AS high"


@dataclass(frozen=True)
class Piece:
    """A part of the expected ids; `slot` is an id inside it, `id` makes the id of a slot, `lost` lists what lacks."""

    where: str
    slot: str
    id: str
    lost: str
    control: bool = False
    """Whether the ids of the stable copy are those that are expected."""


def pieces(connection: duckdb.DuckDBPyConnection, sets: Sets) -> Iterator[Piece]:
    """Every expected id is in exactly one."""
    if sets.loaded is not None:
        for low in range(0, sets.loaded, PIECE):
            yield _numbered(low, min(sets.loaded, low + PIECE))
    else:
        rows = connection.execute("SELECT count(*) FROM stable_records").fetchone()
        parts = -(-(rows[0] if rows else 0) // PIECE) or 1
        for part in range(parts):
            yield _keyed(part, parts)


def _numbered(low: int, end: int) -> Piece:
    return Piece(
        where=f"{OF_RUN} AND id BETWEEN {low} AND {end - 1}",
        slot=f"id - {low}",
        id=f"slot + {low}",
        lost=f"SELECT range AS id FROM range({low}, {end}) ANTI JOIN (SELECT id FROM by_id) AS came ON range = came.id",
    )


def _keyed(part: int, parts: int) -> Piece:
    return Piece(
        where=f"{OF_RUN} AND hash(id) % {parts} = {part}",
        slot="id",
        id="slot",
        lost="SELECT id FROM by_id WHERE times IS NULL",
        control=True,
    )


def make_by_id(connection: duckdb.DuckDBPyConnection, sets: Sets, piece: Piece) -> None:
    """Table `by_id`: id, times, first_ms, loaded_ms and whether it `changed`; also what lacks if the stable copy tells.

    `times` and `first_ms` are null for an id that lacks, `loaded_ms` without source, `changed` without stable copy.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE copy_ids AS {_by_slot('copy', piece, COPY)}")
    none = "SELECT NULL::BIGINT AS slot, NULL::BIGINT AS {} WHERE false"
    wanted = _by_slot("stable", piece, "min(payload) AS wanted") if sets.stable else none.format("wanted")
    loaded = _by_slot("source", piece, "min(timestamp_ms) AS loaded_ms") if sets.source else none.format("loaded_ms")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stable_ids AS {wanted}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE source_ids AS {loaded}")
    joined = "stable_ids LEFT JOIN copy_ids" if piece.control else "copy_ids LEFT JOIN stable_ids"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE by_id AS SELECT {piece.id} AS id, times, first_ms, loaded_ms, "
        f"low <> wanted OR high <> wanted AS changed FROM {joined} USING (slot) LEFT JOIN source_ids USING (slot)"
    )


def _by_slot(name: str, piece: Piece, figures: str) -> str:
    return f"SELECT {piece.slot} AS slot, {figures} FROM {name}_records WHERE {piece.where} GROUP BY slot"
