"""How long the record proof takes, and how much memory, by the number of ids: python bench/proof.py 1 10 50 (millions).

One id in 100,007 is lost, one in 100,011 comes twice; both must be found exactly, or the figures mean nothing.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from flink_chaos.proof.offenders import Phases
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets

RUN, LOST, TWICE = "r0000000001", 100_007, 100_011
COLUMNS = (
    f"(id % 4)::INTEGER AS partition, id AS \"offset\", id // 100 AS timestamp_ms, '{RUN}' AS run, id, "
    "hash(id) AS payload, NULL::VARCHAR AS lane"
)


def written(folder: Path, name: str, ids: str) -> Path:
    """A Parquet file of extracted records."""
    path = folder / f"{name}.parquet"
    duckdb.sql(f"SELECT {COLUMNS} FROM ({ids})").write_parquet(str(path), compression="zstd")
    return path


def measured(count: int, folder: Path) -> tuple[float, float]:
    """Seconds and MB per million ids on disk."""
    every = f"SELECT range AS id FROM range({count})"
    spoilt = f"{every} WHERE range % {LOST} <> 0 UNION ALL {every} WHERE range % {TWICE} = 0 AND range % {LOST} <> 0"
    stable = written(folder, "stable", every)
    chaos = written(folder, "chaos", spoilt)
    begin = time.monotonic()
    found, offenders = prove(Sets(RUN, chaos, loaded=count, stable=stable, source=stable), Phases([(0, "all")]))
    seconds = time.monotonic() - begin
    lost = -(-count // LOST)
    twice = sum(1 for n in range(0, count, TWICE) if n % LOST)
    assert (found.lost, found.duplicated, found.changed, len(offenders) > 0) == (lost, twice, 0, True), found
    return seconds, chaos.stat().st_size / count


def main() -> None:
    """Print a line for each size."""
    print("million ids  seconds  s per million  MB per million  peak MB")
    for millions in map(int, sys.argv[1:] or ["1"]):
        with TemporaryDirectory() as folder:
            seconds, size = measured(millions * 1_000_000, Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{millions:11}  {seconds:7.1f}  {seconds / millions:13.2f}  {size:14.1f}  {peak:7.0f}")


if __name__ == "__main__":
    main()
