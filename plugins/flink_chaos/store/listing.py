"""All runs of a store, found by their pointers <root>/keys/<run key>, without reading more than is asked for."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.model.footprint import RUN_KEY
from flink_chaos.store import index
from flink_chaos.store.errors import StoreError, refusal
from flink_chaos.store.files import NOT_THERE, is_folder, is_there, modified, names_in, state_of, text_at
from flink_chaos.store.index import Row, stamp
from flink_chaos.store.names import FOLDER, KEYS, PLAN, VERDICT
from flink_chaos.store.publishing import here, is_local
from flink_chaos.store.summary import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from upath import UPath

    from flink_chaos.store.summary import Summary

    State = Callable[[str], os.stat_result | None]
    """Of what has that path below the root."""

AT_ONCE = 16
"""Questions to an object store, each of which takes some hundredths of a second."""


@dataclass(slots=True)
class FoundRun:
    """A pointer and what it leads to; `problem` says why that is no run, or why nobody can read it."""

    root: UPath
    key: str
    read: dict[str, Row]
    """What was read meanwhile, of all runs."""

    problem: str = ""
    folder: str = ""
    closed_at: float | None = None
    """When the verdict was written, None while there is none."""

    stamps: tuple[str, str] = ("", "")
    row: Row | None = None

    def summary(self) -> Summary:
        """What it was and came to. Raises StoreError for a run that nobody can read, or that is none."""
        if self.problem:
            raise StoreError(self.problem)
        if self.row:
            return self.row.summary
        try:
            told = self._read()
        except StoreError as error:
            self.problem = str(error)
            raise
        self.row = index.row(self.folder, *self.stamps, told)
        self.read[self.key] = self.row
        return told

    def begun(self) -> tuple[str, int]:
        """When it began, as it was written, and its number; a run that nobody can read comes before all others."""
        try:
            told = self.summary()
        except StoreError:
            return "", 0
        return told.created_at, told.attempt

    def _read(self) -> Summary:
        found = summary_of(self.root / self.folder)
        if found.run_key != self.key:
            raise StoreError(f"{self.root / KEYS / self.key}: leads to run {found.run_key}; it may go")
        return found


@contextmanager
def found_runs(root: UPath) -> Iterator[list[FoundRun]]:
    """Every pointer of the store, in no order. What is read of the runs meanwhile is remembered for the next time.

    Raises StoreError when the pointers cannot be listed.
    """
    names = _names(root)
    if not is_local(root):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield list(pool.map(partial(_look, root, {}, {}, lambda path: state_of(root / path)), names))
        return
    folder, read = here(root), dict[str, Row]()
    known = index.load(folder)
    found = [_look(root, known, read, partial(_state, str(folder)), name) for name in names]
    gone = [*known.keys() - set(names)]
    del known
    try:
        yield found
    finally:
        index.remember(folder, read, gone)


def pointed_at(pointer: UPath, text: str) -> str:
    """The folder that a pointer names. Raises StoreError for what is none, or leads out of the store."""
    folder = text.strip()
    if not FOLDER.fullmatch(folder):
        raise StoreError(f"{pointer}: leads to no run of this store ({folder[:60]!r}); it may go")
    return folder


def _names(root: UPath) -> list[str]:
    """Nothing where nothing was stored yet; a file in place of the folder would hide every run."""
    names = names_in(root / KEYS)
    if not names and is_there(root / KEYS) and not is_folder(root / KEYS):
        raise StoreError(f"{root / KEYS} is a file, and should be the folder that leads to all runs: move it away")
    return names


def _look(root: UPath, known: Mapping[str, Row], read: dict[str, Row], state: State, key: str) -> FoundRun:
    """What is behind a pointer, as far as its file system tells without reading it."""
    found = FoundRun(root, key, read)
    try:
        _follow(found, known.get(key), state)
    except StoreError as error:
        found.problem = str(error)
    return found


def _follow(found: FoundRun, row: Row | None, state: State) -> None:
    """Raises StoreError for what leads to no run."""
    root, key = found.root, found.key
    if not RUN_KEY.fullmatch(key):
        raise StoreError(f"{root / KEYS / key}: no run has such a name; it may go")
    there = state(f"{KEYS}/{key}")
    pointer = stamp(there) if there else ""
    is_known = row is not None and row.pointer == pointer
    found.folder = row.folder if row and is_known else pointed_at(root / KEYS / key, text_at(root / KEYS / key))
    plan, verdict = state(f"{found.folder}/{PLAN}"), state(f"{found.folder}/{VERDICT}")
    if plan is None:
        raise removed(root, key, found.folder)
    found.closed_at = modified(verdict) if verdict else None
    found.stamps = pointer, f"{stamp(plan)} {stamp(verdict) if verdict else ''}"
    found.row = row if row and is_known and row.files == found.stamps[1] else None


def removed(root: UPath, key: str, folder: str) -> StoreError:
    """What is said of a run whose folder somebody took away."""
    return StoreError(f"run '{key}' was removed: {root / folder} is gone; {root / KEYS / key} may go as well")


def _state(root: str, path: str) -> os.stat_result | None:
    """`state_of` without a path object: a list asks it three times for each run."""
    try:
        return os.stat(f"{root}/{path}")  # noqa: PTH116
    except NOT_THERE:
        return None
    except OSError as error:
        raise refusal(f"{root}/{path}", "looked at", error) from error
