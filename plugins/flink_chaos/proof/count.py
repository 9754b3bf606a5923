"""First pass: how often each expected id came, how late, and the first that are not as they should be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flink_chaos.model.proof import Deliveries
from flink_chaos.proof.order import list_reordered
from flink_chaos.proof.pieces import make_by_id, pieces
from flink_chaos.proof.sets import ABORTED

if TYPE_CHECKING:
    import duckdb

    from flink_chaos.proof.pieces import Piece
    from flink_chaos.proof.sets import Sets

LIMIT = 20
"""Offending ids that are listed of each kind."""

COUNTS = """
    SELECT count(*) AS rows, count(times) AS ids, count(*) FILTER (times > 1) AS duplicated,
        COALESCE(sum(times), 0)::BIGINT AS own, count(*) FILTER (changed) AS changed
    FROM by_id
"""
DUPLICATED = "SELECT id FROM by_id WHERE times > 1"
CHANGED = "SELECT id FROM by_id WHERE changed"
DELAYS = "SELECT first_ms - loaded_ms AS ms, count(*) AS ids FROM by_id WHERE ms IS NOT NULL GROUP BY ms"
PERCENTILES = """
    SELECT min(ms) FILTER (share >= 0.50), min(ms) FILTER (share >= 0.99), max(ms)
    FROM (SELECT ms, sum(ids) OVER (ORDER BY ms) / sum(ids) OVER () AS share FROM delay)
"""


def deliveries(connection: duckdb.DuckDBPyConnection, sets: Sets) -> Deliveries:
    """How often the expected ids came, and what else did.

    Lists the first offending ids of each kind in a table `offender` (kind, id).
    """
    connection.execute("CREATE TEMP TABLE offender AS SELECT ''::VARCHAR AS kind, id FROM copy_records LIMIT 0")
    connection.execute("CREATE TEMP TABLE delay (ms BIGINT, ids HUGEINT)")
    found: Counter[str] = Counter()
    for piece in pieces(connection, sets):
        make_by_id(connection, sets, piece)
        found.update(_counted(connection, piece))
        connection.execute(f"INSERT INTO delay {DELAYS}")
    records = size(connection, "copy_records")
    reordered = list_reordered(connection, LIMIT) if sets.source and sets.ordered else None
    expected = found["rows"] if sets.loaded is None else sets.loaded
    p50, p99, longest = _delays(connection)
    return Deliveries(
        expected=expected,
        records=records,
        ids=found["ids"],
        lost=expected - found["ids"],
        duplicated=found["duplicated"],
        surplus=found["own"] - found["ids"],
        extra=records - found["own"],
        changed=found["changed"] if sets.stable else None,
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


def _counted(connection: duckdb.DuckDBPyConnection, piece: Piece) -> dict[str, int]:
    """Figures of one piece; lists its offending ids, which nobody has listed yet."""
    cursor = connection.execute(COUNTS)
    row = cursor.fetchone() or ()
    counts = {column[0]: int(value) for column, value in zip(cursor.description, row, strict=True)}
    for kind, statement in {"lost": piece.lost, "duplicated": DUPLICATED, "changed": CHANGED}.items():
        if kind == "lost" or counts[kind]:
            connection.execute(f"INSERT INTO offender SELECT '{kind}', id FROM ({statement}) ORDER BY id LIMIT {LIMIT}")
    return counts


def _delays(connection: duckdb.DuckDBPyConnection) -> tuple[int | None, int | None, int | None]:
    """Median, 99th percentile and longest, by nearest rank; none of a sink that hands on the source's timestamps."""
    p50, p99, longest = connection.execute(PERCENTILES).fetchone() or (None, None, None)
    handed_on = longest == 0 and size(connection, "delay") == 1
    return (None, None, None) if handed_on else (p50, p99, longest)


def _aborted(connection: duckdb.DuckDBPyConnection) -> int:
    """Most runs have none: both isolation levels read as many records then, as all that is committed is in both.

    Lists them in a table `aborted_records`.
    """
    hidden = size(connection, "uncommitted_records") - size(connection, "copy_records")
    connection.execute(f"CREATE TEMP TABLE aborted_records AS {ABORTED if hidden else 'FROM copy_records LIMIT 0'}")
    return size(connection, "aborted_records")
