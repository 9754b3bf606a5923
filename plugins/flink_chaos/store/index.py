"""What was read of each run, kept beside the records so that it need not be read again: <root>/.index.sqlite.

It is only a cache. A row holds for the files that it was made of, as long as they are the same to the file system, and
for the code that made it; any other is not there. So is a file that is damaged, locked, or cannot be written.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from flink_chaos.model import same_test
from flink_chaos.store import publishing, summary
from flink_chaos.store.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

NAME = ".index.sqlite"
TABLE = "CREATE TABLE runs (key TEXT PRIMARY KEY, folder, pointer, files, body, mark) WITHOUT ROWID"
MOST_BYTES = 100_000
"""Of a value."""

MORE_ROWS = 100_000
"""That are read beyond the number of runs, some of which may be gone: a damaged file tells of any number."""

PATIENCE_SECONDS = 0.5
SETTLED_NS = 2_000_000_000
"""Clocks of file systems tick: what was written this short a time ago may be written again and look the same."""

Sealed = tuple[str, str, str, str, bytes, bytes]
"""A row of the file: key, the fields of Row, and its mark."""


class Row(NamedTuple):
    """What is known of a run: where its pointer leads, stamps of the pointer and of plan and verdict, what they say."""

    folder: str
    pointer: str
    files: str
    body: bytes

    @property
    def told(self) -> Summary | str:
        """Made anew each time: it takes a microsecond, and thousands of them would take much room."""
        return msgspec.json.decode(self.body, type=Summary | str)


def row(folder: str, pointer: str, files: str, told: Summary | str) -> Row:
    """The row about a run, or about why its plan cannot be read."""
    return Row(folder, pointer, files, msgspec.json.encode(told))


def stamp(state: os.stat_result) -> str:
    """A file as its file system knows it: nobody can set the time of a file's last change."""
    return f"{state.st_ino}.{state.st_size}.{state.st_mtime_ns}.{state.st_ctime_ns}"


def load(root: Path, runs: int) -> dict[str, Row]:
    """Every row that this code made, by run key, of a store with so many runs; nothing where there is no index."""
    if (root / NAME).is_file():
        with suppress(sqlite3.Error, OSError), closing(_connected(root, "ro")) as index:
            if _is_ours(index):
                wanted = "SELECT key, folder, pointer, files, body, mark FROM runs LIMIT ?"
                return dict(_rows(index.execute(wanted, (runs + MORE_ROWS,))))
    return {}


def remember(root: Path, rows: Mapping[str, Row], gone: Collection[str]) -> None:
    """Keep these rows and drop those; another time where that cannot be done now."""
    before = time.time_ns() - SETTLED_NS
    kept = {key: one for key, one in rows.items() if _newest(one) < before and len(one.body) < MOST_BYTES // 2}
    settled = [(key, *one, _mark(key, one)) for key, one in kept.items()]
    if not settled and not gone:
        return
    if _is_damaged(root, settled, gone):
        _discard(root)
        _is_damaged(root, settled, gone)


def _is_damaged(root: Path, settled: list[Sealed], gone: Collection[str]) -> bool:
    """Write the rows, if possible. Whether it was not because the file is no such index."""
    try:
        _write(root, settled, gone)
    except sqlite3.DatabaseError as error:
        is_ours = os.access(root / NAME, os.R_OK | os.W_OK)  # it may be another user's, and well
        return is_ours and "locked" not in str(error) and "readonly" not in str(error)
    except (sqlite3.Error, OSError):
        pass
    return False


def _write(root: Path, rows: list[Sealed], gone: Iterable[str]) -> None:
    with suppress(FileExistsError):
        publishing.opened(root / NAME).close()  # with the rights of all files of the store
    with closing(_connected(root, "rw")) as index, index:
        index.execute("PRAGMA synchronous = OFF")
        index.execute(TABLE.replace("TABLE", "TABLE IF NOT EXISTS", 1))
        if not _is_ours(index):
            raise sqlite3.DatabaseError("another schema")
        index.executemany("DELETE FROM runs WHERE key = ?", [(key,) for key in gone])
        index.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)", rows)


def _is_ours(index: sqlite3.Connection) -> bool:
    """Whether it holds our table and nothing else: a view in its place, or a trigger, may have no end."""
    return index.execute("SELECT type, name, sql FROM sqlite_master LIMIT 2").fetchall() == [("table", "runs", TABLE)]


def _connected(root: Path, mode: str) -> sqlite3.Connection:
    index = sqlite3.connect(f"{(root / NAME).absolute().as_uri()}?mode={mode}", PATIENCE_SECONDS, uri=True)
    index.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    return index


def _discard(root: Path) -> None:
    """A damaged file: the next one makes it anew."""
    for name in (NAME, f"{NAME}-journal"):
        with suppress(OSError):
            (root / name).unlink()


def _rows(found: Iterable[Sealed]) -> Iterator[tuple[str, Row]]:
    for key, folder, pointer, files, body, mark in found:
        one = Row(folder, pointer, files, body)
        if isinstance(body, bytes) and mark == _mark(key, one):
            yield key, one


def _mark(key: str, one: Row) -> bytes:
    """Tells a row that this very code wrote from any other, and from one that is damaged."""
    told = f"{key}\0{one.folder}\0{one.pointer}\0{one.files}\0".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told + one.body, key=_code(), digest_size=16).digest()


@cache
def _code() -> bytes:
    """What the rows depend on: other code may read the same records otherwise."""
    digest = hashlib.sha256()
    for path in (same_test.__file__, summary.__file__, __file__):
        with suppress(OSError):
            digest.update(Path(path).read_bytes())
    return digest.digest()


def _newest(one: Row) -> int:
    """When the last of its files changed, ns since the epoch."""
    return max(int(time_ns) for told in f"{one.pointer} {one.files}".split() for time_ns in told.split(".")[2:])
