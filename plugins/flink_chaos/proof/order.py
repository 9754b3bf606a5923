"""Which ids came after one that the loader wrote later, where both have the same order key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.proof.sets import OF_RUN, PLACE

if TYPE_CHECKING:
    import duckdb

LANES = 1 << 22
"""Records whose order is looked at together; an order key is in one part with all its records."""

LOADED = f"SELECT id, min({PLACE}) AS loaded FROM source_records WHERE {OF_RUN} GROUP BY id"
REORDERED = f"""
    SELECT DISTINCT id FROM (
        SELECT id, loaded.offset < max(loaded.offset) OVER (
            PARTITION BY loaded.partition, lane, partition ORDER BY first
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS back
        FROM (SELECT id, partition, arg_min(lane, "offset") AS lane, min("offset") AS first FROM own
            WHERE lane IS NOT NULL AND hash(lane) % getvariable('parts') = getvariable('part') GROUP BY id, partition)
        JOIN ({LOADED}) USING (id)
    ) WHERE back
"""
"""Compared are records of one order key, in one partition there and one here: what lies in two partitions has no order.

Only the first delivery of an id in a partition counts, the one with the lowest offset, whatever clocks say: what is
replayed comes again, and is a duplicate.
"""


def list_reordered(connection: duckdb.DuckDBPyConnection, limit: int) -> int:
    """Number of them; the first of each part are added to the table `offender`."""
    rows = connection.execute("SELECT count(*) FROM copy_records").fetchone()
    parts = -(-(rows[0] if rows else 0) // LANES) or 1
    connection.execute("SET VARIABLE parts = ?", [parts])
    return sum(_of_part(connection, part, limit) for part in range(parts))


def _of_part(connection: duckdb.DuckDBPyConnection, part: int, limit: int) -> int:
    connection.execute("SET VARIABLE part = ?", [part])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE reordered AS {REORDERED}")
    connection.execute(
        f"INSERT INTO offender SELECT 'reordered', getvariable('run_key'), id, NULL, 1, 1 FROM reordered "
        f"ORDER BY id LIMIT {limit}"
    )
    row = connection.execute("SELECT count(*) FROM reordered").fetchone()
    return int(row[0]) if row else 0
