"""How long the record proof takes, and how much memory, by the number of ids: python bench/proof.py 1 10 50 (millions).

All that a run asks is asked: ids, values, delays against the source, and what aborted transactions held. One id in
100,007 is lost, one in 100,011 comes twice; all must be found exactly, or the figures mean nothing.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from flink_chaos.proof.phases import Phases
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets

RUN, LOST, TWICE, ABORTED = "r0000000001", 100_007, 100_011, 1000
COLUMNS = (
    f"(id % 4)::INTEGER AS partition, id AS \"offset\", id // 100 + {{late}} AS timestamp_ms, '{RUN}' AS run, id, "
    "hash(id) AS payload, NULL::VARCHAR AS lane"
)
Figures = tuple[float, float, float, float]
"""Wall clock and CPU seconds, bytes on disk for each id, peak MB."""


def write(folder: Path, count: int) -> None:
    """Parquet files as the scans of a run leave them."""
    every = f"SELECT range AS id FROM range({count})"
    spoilt = f"{every} WHERE range % {LOST} <> 0 UNION ALL {every} WHERE range % {TWICE} = 0 AND range % {LOST} <> 0"
    hidden = f"{spoilt} UNION ALL SELECT range + {count} FROM range({count // ABORTED})"
    for name, ids, late in (
        ("source", every, "0"),
        ("stable", every, "hash(id) % 5000"),
        ("chaos", spoilt, "hash(id) % 5000"),
        ("hidden", hidden, "hash(id) % 5000"),
    ):
        columns = COLUMNS.format(late=f"({late})::BIGINT")
        path = str(folder / f"{name}.parquet")
        duckdb.sql("SET enable_progress_bar = false")
        duckdb.sql(f"SELECT {columns} FROM ({ids})").write_parquet(path, compression="zstd")


def measure(folder: Path, count: int) -> Figures:
    """Prove the chaos copy."""
    path = {name: folder / f"{name}.parquet" for name in ("source", "stable", "chaos", "hidden")}
    sets = Sets(
        RUN, path["chaos"], loaded=count, stable=path["stable"], source=path["source"], uncommitted=path["hidden"]
    )
    begin = time.monotonic()
    found, offenders = prove(sets, Phases([(0, "all")]))
    seconds = time.monotonic() - begin
    twice = sum(1 for n in range(0, count, TWICE) if n % LOST)
    assert (found.lost, found.duplicated, found.changed) == (-(-count // LOST), twice, 0), found
    assert (found.aborted, found.delay_max_ms, len(offenders) > 0) == (count // ABORTED, 4999, True), found
    used = resource.getrusage(resource.RUSAGE_SELF)
    return seconds, used.ru_utime + used.ru_stime, path["chaos"].stat().st_size / count, used.ru_maxrss / 1024


def main() -> None:
    """Print a line for each size; each is measured in a process of its own: memory never shrinks."""
    print("million ids  seconds  CPU seconds  s per million  MB per million  peak MB", flush=True)
    context = multiprocessing.get_context("spawn")
    for millions in map(int, sys.argv[1:] or ["1"]):
        with TemporaryDirectory() as name:
            for work in (write, measure):
                with context.Pool(1) as process:
                    figures = process.apply(work, (Path(name), millions * 1_000_000))
        seconds, processor, size, peak = figures
        told = f"{seconds:7.1f}  {processor:11.1f}  {seconds / millions:13.2f}  {size:14.1f}  {peak:7.0f}"
        print(f"{millions:11}  {told}", flush=True)


if __name__ == "__main__":
    main()
