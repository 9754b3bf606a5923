"""How fast files of an application are read: python bench/files.py URL [MILLIONS]; fsspec must be able to write to URL.

Writes 20 files into a folder of its own, and deletes it at the end. Each way is measured twice, the better time counts.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from flink_chaos.files.listing import list_files, opened
from flink_chaos.files.scan import scan_files
from flink_chaos.proof.extract import Shape, write_ids
from upath import UPath

if TYPE_CHECKING:
    from collections.abc import Callable

FILES, TIMES = 20, 2
SHAPE = Shape(run_key="run_key", number="n", values=("ad_id", "event_type", "price_micros", "valid_status"))


def fill(url: str, count: int) -> None:
    """Records as the shipped pipeline writes them, 110 bytes each."""
    store, root = opened(url)
    store.makedirs(root, exist_ok=True)
    for number in range(FILES):
        lines = (line(n) for n in range(number, count, FILES))
        store.pipe_file(f"{root}/part-{number}", "".join(lines).encode())


def line(n: int) -> str:
    """One record."""
    record = {"run_key": "r0000000001", "n": n, "ad_id": n % 1000, "event_type": "impression"}
    return json.dumps(record | {"price_micros": n * 31 % 5_000_000, "valid_status": 0}) + "\n"


def bare(url: str) -> int:
    """Bytes alone, as the store's library gives them."""
    store, root = opened(url)
    return sum(len(store.cat_file(f"{root}/{file.path}")) for file in list_files(url))


def scanned(url: str) -> int:
    """As columns."""
    return sum(batch.num_rows for batch in scan_files(url, enumerate(list_files(url))))


def extracted(url: str) -> int:
    """As a file of ids."""
    with TemporaryDirectory() as folder:
        path = UPath(Path(folder) / "ids.parquet")
        return write_ids(scan_files(url, enumerate(list_files(url))), SHAPE, path)


def main() -> None:
    """Print a line of the table for each way."""
    count = int(float(sys.argv[2] if len(sys.argv) > 2 else 2) * 1_000_000)
    url = f"{sys.argv[1].rstrip('/')}/bench-{uuid4().hex[:8]}"
    fill(url, count)
    try:
        ways: dict[str, Callable[[], int]] = {
            "bytes alone": lambda: bare(url),
            "scan to columns": lambda: scanned(url),
            "scan to a file of ids": lambda: extracted(url),
        }
        for name, way in ways.items():
            seconds, cpu = min(timed(way) for _ in range(TIMES))
            print(f"| {name} | {seconds:.1f} | {cpu:.1f} | {count / seconds:,.0f} |", flush=True)
    finally:
        store, root = opened(url)
        store.rm(root, recursive=True)


def timed(way: Callable[[], int]) -> tuple[float, float]:
    """Wall and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
