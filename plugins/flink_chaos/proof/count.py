"""First pass: how often each id came, how late, and the first that are not as they should be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flink_chaos.model.proof import Deliveries
from flink_chaos.proof.order import list_reordered
from flink_chaos.proof.pieces import make_by_id, numbered_pieces, other_pieces
from flink_chaos.proof.sets import ABORTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from flink_chaos.proof.pieces import Piece
    from flink_chaos.proof.sets import Sets

LIMIT = 20
"""Offending ids that are listed of each kind."""

LOST = "greatest(deficit - strange, 0)"
SURPLUS = "CASE WHEN stable_rows = 0 THEN 0 ELSE excess + greatest(strange - deficit, 0) END"
FIGURES = {
    "expected": "count(*) FILTER (stable_rows > 0)",
    "records": "sum(copy_rows)",
    "ids": "count(*) FILTER (stable_rows > 0 AND copy_rows > 0)",
    "lost": f"sum({LOST})",
    "lost_ids": f"count(*) FILTER ({LOST} > 0)",
    "duplicated": f"count(*) FILTER ({SURPLUS} > 0)",
    "surplus": f"sum({SURPLUS})",
    "extra": "sum(copy_rows) FILTER (stable_rows = 0)",
    "changed": "count(*) FILTER (stable_rows > 0 AND strange > 0)",
    "undercounted": "count(*) FILTER (stable_rows > 0 AND copy_rows > 0 AND most < stable_most)",
    "older": "sum(copy_rows) FILTER (NOT own)",
    "counted": "count(*) FILTER (loaded AND copy_rows > 0)",
    "weighed": "sum(most) FILTER (own)",
    "repeated": "sum(copy_rows - 1) FILTER (loaded AND copy_rows > 1)",
    "unloaded": "sum(copy_rows) FILTER (own AND NOT loaded)",
    "summed": "sum(total)",
    "stable_records": "sum(stable_rows)",
}
OFFENDERS = {
    "lost": f"{LOST} > 0",
    "duplicated": f"{SURPLUS} > 0",
    "changed": "stable_rows > 0 AND strange > 0",
    "extra": "stable_rows = 0 AND copy_rows > 0",
}
OWN_FIRST = "run IS DISTINCT FROM getvariable('run_key'), run, id, mark"
DELAYS = """
    SELECT first_ms - loaded_ms AS ms, count(*) AS ids FROM by_id WHERE ms IS NOT NULL GROUP BY ms
"""
PERCENTILES = """
    SELECT min(ms) FILTER (share >= 0.50), min(ms) FILTER (share >= 0.99), max(ms), min(ms)
    FROM (SELECT ms, sum(ids) OVER (ORDER BY ms) / sum(ids) OVER () AS share FROM delay)
"""


def deliveries(connection: duckdb.DuckDBPyConnection, sets: Sets) -> Deliveries:
    """How often the expected ids came, and what else did.

    Lists the first offending ids of each kind in a table `offender` (kind, run, id, mark and their records).
    """
    connection.execute(
        "CREATE TEMP TABLE offender AS SELECT ''::VARCHAR AS kind, run, id, payload AS mark, 0::BIGINT AS stable_rows, "
        "0::BIGINT AS copy_rows FROM copy_records LIMIT 0"
    )
    connection.execute("CREATE TEMP TABLE delay (ms BIGINT, ids HUGEINT)")
    found = _totals(connection, sets)
    reordered = list_reordered(connection, LIMIT) if sets.source and sets.ordered else None
    p50, p99, longest = _delays(connection)
    return Deliveries(
        **{name: found[name] for name in ("expected", "records", "ids", "lost", "lost_ids", "duplicated", "surplus")},
        extra=found["extra"],
        older=found["older"],
        changed=found["changed"] if sets.stable and sets.compared else None,
        undercounted=found["undercounted"] if sets.weighted else None,
        counted=found["weighed" if sets.weighted else "counted"],
        repeated=found["repeated"],
        unloaded=None if sets.loaded is None else found["unloaded"],
        summed=found["summed"] if sets.weighted else None,
        reordered=reordered,
        aborted=_aborted(connection) if sets.uncommitted else None,
        delay_p50_ms=p50,
        delay_p99_ms=p99,
        delay_max_ms=longest,
    )


def size(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Number of rows."""
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0


def _totals(connection: duckdb.DuckDBPyConnection, sets: Sets) -> Counter[str]:
    found: Counter[str] = Counter()
    for piece in _pieces(connection, sets, found):
        make_by_id(connection, sets, piece)
        found.update(_counted(connection, sets, piece))
        connection.execute(f"INSERT INTO delay {DELAYS}")
    return found


def _pieces(connection: duckdb.DuckDBPyConnection, sets: Sets, found: Counter[str]) -> Iterator[Piece]:
    """Loaded numbers, and then what else there is; `found` is what was counted so far."""
    yield from numbered_pieces(sets)
    stable = size(connection, "stable_records") - found["stable_records"] if sets.stable else 0
    yield from other_pieces(sets, stable + size(connection, "copy_records") - found["records"])


def _counted(connection: duckdb.DuckDBPyConnection, sets: Sets, piece: Piece) -> dict[str, int]:
    """Figures of one piece; lists its offending ids, which nobody has listed yet."""
    own = "COALESCE(run = getvariable('run_key'), false)"
    loaded = own if sets.loaded is None else "true" if piece.numbered else "false"
    listed = ", ".join(f"COALESCE({figure}, 0)::BIGINT AS {name}" for name, figure in FIGURES.items())
    cursor = connection.execute(f"SELECT {listed} FROM (SELECT *, {own} AS own, {loaded} AS loaded FROM by_id)")
    row = cursor.fetchone() or ()
    counts = {column[0]: int(value) for column, value in zip(cursor.description, row, strict=True)}
    for kind, broken in OFFENDERS.items():
        if counts[kind]:
            connection.execute(
                f"INSERT INTO offender SELECT '{kind}', run, id, mark, stable_rows, copy_rows FROM by_id "
                f"WHERE {broken} ORDER BY {OWN_FIRST} LIMIT {LIMIT}"
            )
    return counts


def _delays(connection: duckdb.DuckDBPyConnection) -> tuple[int | None, int | None, int | None]:
    """Median, 99th percentile and longest, by nearest rank; none where the timestamps measure no delay.

    A sink that hands on the source's timestamps seems to take no time; with clocks that differ some ids would come
    before they were loaded.
    """
    row = connection.execute(PERCENTILES).fetchone()
    p50, p99, longest, shortest = row or (None, None, None, None)
    if p50 is None or p50 == 0 or shortest < 0:
        return (None, None, None)
    return (p50, p99, longest)


def _aborted(connection: duckdb.DuckDBPyConnection) -> int:
    """Most runs have none: both isolation levels read as many records then, as all that is committed is in both.

    Lists them in a table `aborted_records`.
    """
    hidden = size(connection, "uncommitted_records") - size(connection, "copy_records")
    connection.execute(f"CREATE TEMP TABLE aborted_records AS {ABORTED if hidden else 'FROM copy_records LIMIT 0'}")
    return size(connection, "aborted_records")
