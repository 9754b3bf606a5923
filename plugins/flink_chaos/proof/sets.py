"""The records of a run as DuckDB sees them: the loader's, both copies', and what was expected."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY = "1500MB"
"""DuckDB goes to disk beyond it."""

PLACE = 'struct_pack(timestamp_ms := timestamp_ms, partition := partition, "offset" := "offset")'
"""Compares as time, and by partition and offset among records of one millisecond."""

OF_RUN = "run = getvariable('run_key') AND id IS NOT NULL"


@dataclass(frozen=True)
class Sets:
    """Extracted Parquet files from which one copy's output is proved.

    `loaded`: ids are 0 .. loaded-1; without it those of the stable copy are expected. Without `stable`, `source` or
    `uncommitted` nothing is said of changed, reordered or aborted records.
    """

    run_key: str
    copy: Path
    loaded: int | None = None
    stable: Path | None = None
    source: Path | None = None
    uncommitted: Path | None = None
    ordered: bool = False
    """Whether records name what they keep their order by."""


@contextmanager
def opened(sets: Sets) -> Iterator[duckdb.DuckDBPyConnection]:
    """A view for each file, and those that the questions share; see `_views`."""
    with duckdb.connect(config={"memory_limit": MEMORY, "preserve_insertion_order": "false"}) as connection:
        connection.execute("SET VARIABLE run_key = ?", [sets.run_key])
        for name in ("copy", "stable", "source", "uncommitted"):
            path = getattr(sets, name)
            if path is not None:
                connection.read_parquet(str(path)).create_view(f"{name}_records")
        for statement in _views(sets):
            connection.execute(statement)
        yield connection


def _views(sets: Sets) -> Iterator[str]:
    """`own`: records with an expected id; `others`: those without; `loaded_at` and `values_of_stable`: by id."""
    if sets.loaded is not None:
        yield f"CREATE VIEW expected AS SELECT range AS id FROM range({sets.loaded})"
        expected = f"{OF_RUN} AND id BETWEEN 0 AND {sets.loaded - 1}"
    else:
        yield f"CREATE TABLE expected AS SELECT DISTINCT id FROM stable_records WHERE {OF_RUN}"
        expected = f"{OF_RUN} AND id IN (SELECT id FROM expected)"
    yield f"CREATE VIEW own AS SELECT * FROM copy_records WHERE {expected}"
    yield f"CREATE VIEW others AS SELECT * FROM copy_records WHERE ({expected}) IS NOT TRUE"
    if sets.stable is not None:
        yield (
            "CREATE VIEW values_of_stable AS SELECT id, min(payload) AS payload "
            f"FROM stable_records WHERE {OF_RUN} GROUP BY id"
        )
    if sets.source is not None:
        yield (
            f"CREATE VIEW loaded_at AS SELECT id, min({PLACE}) AS place FROM source_records WHERE {OF_RUN} GROUP BY id"
        )
