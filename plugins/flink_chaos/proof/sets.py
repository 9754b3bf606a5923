"""The records of a run as DuckDB sees them: the loader's, both copies', and what was expected."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1500MB",  # DuckDB goes to disk beyond it
    "preserve_insertion_order": "false",
    "perfect_ht_threshold": "20",  # bits: ids of a piece are counted in an array
}

PLACE = 'struct_pack(partition := partition, "offset" := "offset", timestamp_ms := timestamp_ms)'
"""Compares by partition and offset: producers' clocks differ, and a replay by a slow one must not seem the older."""

OF_RUN = "run = getvariable('run_key') AND id IS NOT NULL"
MARK = "CASE WHEN run IS NULL OR id IS NULL THEN payload END"
"""What identifies a record that has no id: all of it."""

DIFFERING = """
    SELECT partition, stretch FROM (
        SELECT partition, "offset" // 8192 AS stretch, 1 AS n FROM uncommitted_records
        UNION ALL SELECT partition, "offset" // 8192, -1 FROM copy_records
    ) GROUP BY partition, stretch HAVING sum(n) <> 0
"""
ABORTED = f"""
    WITH differing AS MATERIALIZED ({DIFFERING})
    SELECT hidden.* FROM uncommitted_records AS hidden
    SEMI JOIN differing AS d ON hidden.partition = d.partition AND hidden."offset" // 8192 = d.stretch
    ANTI JOIN (
        SELECT partition, "offset" FROM copy_records AS c
        SEMI JOIN differing AS d ON c.partition = d.partition AND c."offset" // 8192 = d.stretch
    ) AS seen ON hidden.partition = seen.partition AND hidden."offset" = seen."offset"
"""
"""Few stretches of a topic hold any: only those are compared record by record."""


@dataclass(frozen=True)
class Sets:
    """Extracted Parquet files from which one copy's output is proved.

    `stable` says which ids there are, how many records of each, and with which values; without it each number of
    0 .. loaded-1 is expected once. Without `source` or `uncommitted` nothing is said of reordered or aborted records.
    """

    run_key: str
    copy: Path
    loaded: int | None = None
    """Where ids are numbers: those of 0 .. loaded-1 were loaded."""
    stable: Path | None = None
    source: Path | None = None
    uncommitted: Path | None = None
    ordered: bool = False
    """Whether records name what they keep their order by."""
    compared: bool = True
    """Whether records have values to be compared."""
    weighted: bool = False
    """Whether records say how many loaded ones they stand for."""
    hidden: str = "in a transaction that was aborted"
    """Where a record is that was written and not delivered."""


@contextmanager
def opened(sets: Sets) -> Iterator[duckdb.DuckDBPyConnection]:
    """A view for each file, and those that the questions share; see `_views`."""
    with duckdb.connect(config=SETTINGS) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET VARIABLE run_key = ?", [sets.run_key])
        for name in ("copy", "stable", "source", "uncommitted"):
            path = getattr(sets, name)
            if path is not None:
                connection.read_parquet(str(path)).create_view(f"{name}_records")
        for statement in _views(sets):
            connection.execute(statement)
        yield connection


def _views(sets: Sets) -> Iterator[str]:
    """`own`: records with a loaded number."""
    if sets.loaded is not None:
        yield f"CREATE VIEW own AS SELECT * FROM copy_records WHERE {OF_RUN} AND id BETWEEN 0 AND {sets.loaded - 1}"
