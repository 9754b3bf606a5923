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
from flink_chaos.store.errors import StoreError, UnreadableError, refusal
from flink_chaos.store.files import NOT_THERE, modified, state_of, text_at
from flink_chaos.store.folders import entries, misled, pointed_at, removed
from flink_chaos.store.index import Row, stamp
from flink_chaos.store.names import KEYS, PLAN, VERDICT
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
        try:
            return self._told()
        except StoreError as error:
            self.problem = str(error)
            raise

    def begun(self) -> tuple[str, int]:
        """When it began, as it was written, and its number; a run that nobody can read comes before all others."""
        try:
            told = self.summary()
        except StoreError:
            return "", 0
        return told.created_at, told.attempt

    def _told(self) -> Summary:
        told = self.row.told if self.row else self._read()
        if isinstance(told, str):
            raise UnreadableError(self.root / self.folder / PLAN, told)
        if told.run_key != self.key:
            raise misled(self.root, self.key, told.run_key)
        return told

    def _read(self) -> Summary | str:
        """What its records say, or why nobody can read them: neither is read again while they are what they are."""
        told: Summary | str
        try:
            told = summary_of(self.root / self.folder)
        except UnreadableError as error:
            told = error.why
        self.row = index.row(self.folder, *self.stamps, told)
        self.read[self.key] = self.row
        return told


@contextmanager
def found_runs(root: UPath) -> Iterator[list[FoundRun]]:
    """Every pointer of the store, in no order. What is read of the runs meanwhile is remembered for the next time.

    Raises StoreError when the pointers cannot be listed.
    """
    names = entries(root, KEYS)
    if not is_local(root):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield list(pool.map(partial(_look, root, {}, {}, lambda path: state_of(root / path)), names))
        return
    folder, read = here(root), dict[str, Row]()
    known = index.load(folder, len(names))
    found = [_look(root, known, read, partial(_state, str(folder)), name) for name in names]
    gone = [*known.keys() - set(names)]
    del known
    try:
        yield found
    finally:
        index.remember(folder, read, gone)


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


def _state(root: str, path: str) -> os.stat_result | None:
    """`state_of` without a path object: a list asks it three times for each run."""
    try:
        return os.stat(f"{root}/{path}")  # noqa: PTH116
    except NOT_THERE:
        return None
    except OSError as error:
        raise refusal(f"{root}/{path}", "looked at", error) from error
