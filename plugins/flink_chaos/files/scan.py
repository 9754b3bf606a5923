"""Every line of an application's files, in batches of columns."""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from flink_chaos.files.listing import FilesError, answering, opened
from flink_chaos.model.batches import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flink_chaos.model.facts import FileState

BATCH = 50_000
BUFFER_BYTES = 1 << 20


def scan_files(url: str, files: Iterable[tuple[int, FileState]]) -> Iterator[pa.RecordBatch]:
    """Yield the lines of each file as records; `files` gives each its number.

    Raises FilesError when a file is gone, cannot be read or is another than it was: a scan is whole or none.
    """
    for number, file in files:
        with answering("read", f"{url.rstrip('/')}/{file.path}"):
            yield from _batches(url, number, file)


def _batches(url: str, number: int, file: FileState) -> Iterator[pa.RecordBatch]:
    store, root = opened(url)
    begin = size = 0
    with io.BufferedReader(store.open(f"{root}/{file.path}", "rb"), BUFFER_BYTES) as stream:
        while lines := list(islice(stream, BATCH)):
            yield _columns(number, begin, file.modified_ms, [line.rstrip(b"\r\n") for line in lines])
            begin, size = begin + len(lines), size + sum(map(len, lines))
    if file.finished and size != file.size:
        raise FilesError(
            f"{url.rstrip('/')}/{file.path} had {file.size:,} bytes when the run ended, {size:,} were read: "
            "it was replaced since, or its store did not give all of it"
        )


def _columns(number: int, begin: int, modified_ms: int, lines: list[bytes]) -> pa.RecordBatch:
    count = len(lines)
    columns = [[number] * count, range(begin, begin + count), [modified_ms] * count, lines]
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)
