"""How a file's bytes come out of each kind of file system: never endless, and never waiting for a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from flink_chaos import regular
from flink_chaos.store.errors import StoreError
from flink_chaos.store.publishing import here, is_local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

MOST_BYTES = 32 * 1024 * 1024
"""Of a record: several times what the largest plan or the largest part of a log has."""

BLOCK_BYTES = 256 * 1024


def content_of(path: UPath, most: int) -> bytes:
    """All of a file. Raises StoreError for what is none, or has more bytes, and what the file system raises."""
    return b"".join(blocks(path, most))


def blocks(path: UPath, most: int) -> Iterator[bytes]:
    """The same, one after another."""
    left = most
    with _opened(path) as stream:
        while block := stream.read(BLOCK_BYTES):
            left -= len(block)
            if left < 0:
                raise _too_large(path, most)
            yield block


def _opened(path: UPath) -> BinaryIO:
    try:
        return regular.opened(here(path)) if is_local(path) else path.open("rb")
    except regular.OddFileError as error:
        raise StoreError(f"{path}: cannot be read: {error}; move it away") from error


def _too_large(path: UPath, most: int) -> StoreError:
    """What is said of a file with more bytes than that."""
    return StoreError(f"{path}: cannot be read: it is larger than {most:,} bytes, as no record is; move it away")
