"""First pass: how many. Nothing is listed, so it stays fast and small for tens of millions of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.proof import Deliveries
from flink_chaos.proof.sets import PLACE

if TYPE_CHECKING:
    import duckdb

    from flink_chaos.proof.sets import Sets

TIMES = """
    SELECT count(*), count(*) FILTER (times > 1), COALESCE(sum(times), 0)::BIGINT
    FROM (SELECT id, count(*) AS times FROM own GROUP BY id)
"""
CHANGED = """
    SELECT DISTINCT own.id FROM own JOIN values_of_stable AS stable ON own.id = stable.id
    WHERE own.payload <> stable.payload
"""
ABORTED = """
    SELECT id, run, timestamp_ms, partition, "offset" FROM uncommitted_records
    ANTI JOIN copy_records USING (partition, "offset")
"""
REORDERED = f"""
    SELECT id FROM (
        SELECT id, place.offset < max(place.offset) OVER (
            PARTITION BY first.partition, lane, place.partition ORDER BY first.offset
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS back
        FROM (SELECT id, min(lane) AS lane, min({PLACE}) AS first FROM own WHERE lane IS NOT NULL GROUP BY id)
        JOIN loaded_at USING (id)
    ) WHERE back
"""
"""Ids that came after one which the loader wrote later: same order key, same partition there and here. Only the first
delivery of an id counts: what is replayed comes again, and is a duplicate."""


def deliveries(connection: duckdb.DuckDBPyConnection, sets: Sets) -> Deliveries:
    """How often the expected ids came, and what else did."""
    ids, duplicated, own = _row(connection, TIMES)
    expected, records = _size(connection, "expected"), _size(connection, "copy_records")
    return Deliveries(
        expected=expected,
        records=records,
        ids=ids,
        lost=expected - ids,
        duplicated=duplicated,
        surplus=own - ids,
        extra=records - own,
        changed=_size(connection, f"({CHANGED})") if sets.stable else None,
        reordered=_size(connection, f"({REORDERED})") if sets.source and sets.ordered else None,
        aborted=_size(connection, f"({ABORTED})") if sets.uncommitted else None,
    )


def _size(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(_row(connection, f"SELECT count(*) FROM {relation}")[0])


def _row(connection: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, ...]:
    row = connection.execute(statement).fetchone()
    return tuple(row) if row else ()
