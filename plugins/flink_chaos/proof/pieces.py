"""All ids in pieces that fit into memory, and for each piece one row for every id: what each copy has of it.

Loaded numbers are close together, so DuckDB counts them in an array (perfect hash) and no join of millions is made.
Records come roughly in the order of their ids, so a Parquet file's statistics let it skip what is in no piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.proof.sets import MARK, OF_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from flink_chaos.proof.sets import Sets

PIECE = (1 << 19) - 2
"""Ids of a piece: an array of 2^19 holds them and what lies beside them, so that caches and memory hold the array."""


@dataclass(frozen=True)
class Piece:
    """Some of the ids: `where` tells their records, `slot` are the expressions that tell one id from another."""

    where: str
    slot: dict[str, str]
    id: str = "slots.id"
    """Makes the id of a slot."""
    ids: int = 0
    """Number of ids, if these are loaded numbers."""

    @property
    def numbered(self) -> bool:
        """Whether these are loaded numbers."""
        return self.ids > 0

    @property
    def slots(self) -> str:
        """Names of the columns."""
        return ", ".join(self.slot)


def numbered_pieces(sets: Sets) -> Iterator[Piece]:
    """Every loaded number is in exactly one."""
    for low in range(0, sets.loaded or 0, PIECE):
        end = min(sets.loaded or 0, low + PIECE)
        yield Piece(
            where=f"{OF_RUN} AND id BETWEEN {low} AND {end - 1}",
            slot={"slot": f"id - {low}"},
            id=f"slots.slot + {low}",
            ids=end - low,
        )


def other_pieces(sets: Sets, records: int) -> Iterator[Piece]:
    """Every other id is in exactly one; `records` is how many there are."""
    others = "true" if sets.loaded is None else f"({OF_RUN} AND id BETWEEN 0 AND {sets.loaded - 1}) IS NOT TRUE"
    parts = -(-records // PIECE)
    for part in range(parts):
        mine = "" if parts == 1 else f" AND hash(run, id, {MARK}) % {parts} = {part}"
        yield Piece(where=others + mine, slot={"run": "run", "id": "id", "mark": MARK})


def make_by_id(connection: duckdb.DuckDBPyConnection, sets: Sets, piece: Piece) -> None:
    """Table `by_id`, one row for each id of either copy.

    - run, id, mark: what identifies it; stable_rows, copy_rows: its records
    - deficit: records of the stable copy whose value came too seldom; strange: records with a value that it does not
      have; excess: records with a value of its own beyond its own
    - most, stable_most, total: highest and summed weight; first_ms, loaded_ms: when it first came, and was loaded
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE slots AS {_slots(sets, piece)}")
    _make(connection, "mixed", f"SELECT {piece.slots} FROM slots WHERE low <> high", _mixed(sets, piece))
    several = f"SELECT {piece.slots} FROM slots WHERE copy_rows > 1 AND loaded_ms IS NOT NULL"
    _make(connection, "firsts", several, _firsts(piece))
    run, mark = ("getvariable('run_key')", "NULL::UBIGINT") if piece.numbered else ("slots.run", "slots.mark")
    known = "CASE WHEN stable_rows = 0 THEN 0 ELSE greatest(copy_rows - stable_rows, 0) END"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE by_id AS SELECT {run} AS run, {piece.id} AS id, {mark} AS mark, "
        "stable_rows, copy_rows, COALESCE(deficit, greatest(stable_rows - copy_rows, 0)) AS deficit, "
        "COALESCE(strange, CASE WHEN stable_rows = 0 THEN copy_rows ELSE 0 END) AS strange, "
        f"COALESCE(excess, {known}) AS excess, most, stable_most, total, "
        "COALESCE(firsts.by_place_ms, first_ms) AS first_ms, loaded_ms "
        f"FROM slots LEFT JOIN mixed ON {_same(piece, 'mixed')} LEFT JOIN firsts ON {_same(piece, 'firsts')}"
    )


def _make(connection: duckdb.DuckDBPyConnection, name: str, chosen: str, statement: str) -> None:
    """A table about the `chosen` slots; most pieces have none, and nothing is read for them."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS {chosen}")
    row = connection.execute("SELECT count(*) FROM chosen").fetchone()
    none = "" if row and row[0] else " LIMIT 0"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}{none}")


def _same(piece: Piece, other: str, one: str = "slots") -> str:
    """A key may lack: NULL equals NULL."""
    equals = "=" if piece.numbered else "IS NOT DISTINCT FROM"
    return " AND ".join(f"{one}.{name} {equals} {other}.{name}" for name in piece.slot)


def _slots(sets: Sets, piece: Piece) -> str:
    weights = {"most": "max(copy_weight)", "stable_most": "max(stable_weight)", "total": "sum(copy_weight)"}
    listed = ", ".join(f"{figure if sets.weighted else 'NULL'}::BIGINT AS {name}" for name, figure in weights.items())
    return (
        f"SELECT {piece.slots}, sum(in_stable)::BIGINT AS stable_rows, sum(in_copy)::BIGINT AS copy_rows, "
        f"min(payload) AS low, max(payload) AS high, min(copy_ms) AS first_ms, min(source_ms) AS loaded_ms, {listed} "
        f"FROM ({_records(sets, piece)}) GROUP BY {piece.slots}"
    )


def _mixed(sets: Sets, piece: Piece) -> str:
    """Of ids with several values: value by value."""
    by_value = (
        f"SELECT {piece.slots}, payload, sum(in_stable) AS stable, sum(in_copy) AS copy FROM ({_records(sets, piece)}) "
        f"AS records SEMI JOIN chosen ON {_same(piece, 'chosen', 'records')} "
        f"WHERE payload IS NOT NULL GROUP BY {piece.slots}, payload"
    )
    return (
        f"SELECT {piece.slots}, sum(greatest(stable - copy, 0))::BIGINT AS deficit, "
        "sum(CASE WHEN stable = 0 THEN copy ELSE 0 END)::BIGINT AS strange, "
        "sum(CASE WHEN stable = 0 THEN 0 ELSE greatest(copy - stable, 0) END)::BIGINT AS excess "
        f"FROM ({by_value}) GROUP BY {piece.slots}"
    )


def _firsts(piece: Piece) -> str:
    """When ids first came that came several times: by place in each partition, between partitions there is no order."""
    slot = ", ".join(f"{expression} AS {name}" for name, expression in piece.slot.items())
    by_partition = (
        f'SELECT {slot}, arg_min(timestamp_ms, "offset") AS ms FROM copy_records WHERE {piece.where} '
        f"GROUP BY {', '.join(piece.slot.values())}, partition"
    )
    return (
        f"SELECT {piece.slots}, min(ms) AS by_place_ms FROM ({by_partition}) AS records "
        f"SEMI JOIN chosen ON {_same(piece, 'chosen', 'records')} GROUP BY {piece.slots}"
    )


def _records(sets: Sets, piece: Piece) -> str:
    """Records of both copies, and the times of the loader's."""
    payload = "payload" if sets.stable and sets.compared else "0::UBIGINT"
    payload = payload if piece.numbered else f"CASE WHEN {MARK} IS NULL THEN {payload} ELSE 0 END"
    weight = "weight" if sets.weighted else "NULL::BIGINT"
    none = "NULL::BIGINT"
    parts = [("copy", 0, 1, payload, none, weight, "timestamp_ms", none)]
    if sets.stable == sets.copy:
        parts = [("copy", 1, 1, payload, weight, weight, "timestamp_ms", none)]
    elif sets.stable:
        parts.append(("stable", 1, 0, payload, weight, none, none, none))
    if sets.source and piece.numbered:
        parts.append(("source", 0, 0, "NULL::UBIGINT", none, none, none, "timestamp_ms"))
    names = ("in_stable", "in_copy", "payload", "stable_weight", "copy_weight", "copy_ms", "source_ms")
    slot = ", ".join(f"{expression} AS {name}" for name, expression in piece.slot.items())
    listed = [
        f"SELECT {slot}, {', '.join(f'{value} AS {name}' for name, value in zip(names, values, strict=True))} "
        f"FROM {relation}_records WHERE {piece.where}"
        for relation, *values in parts
    ]
    if piece.numbered and sets.stable is None:
        listed.append(f"SELECT range, 1, 0, 0::UBIGINT, {none}, {none}, {none}, {none} FROM range({piece.ids})")
    return " UNION ALL ".join(listed)
