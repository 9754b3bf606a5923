"""One folder for each attempt of a run, never written twice.

<root>/<dag id>/<run key of the run>/<attempt>/plan.json journal/ verdict.json
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from upath import UPath

from flink_chaos import clock
from flink_chaos.model.base import Record
from flink_chaos.model.journal import FACT, Journal
from flink_chaos.model.masking import masked_record
from flink_chaos.model.plan import RunPlan
from flink_chaos.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.model.facts import Fact

T = TypeVar("T")
R = TypeVar("R", bound=Record)
ROOT = "FLINK_CHAOS_STORE"
PLAN, VERDICT, JOURNAL = "plan.json", "verdict.json", "journal"


class StoreError(Exception):
    """A record that is not there, or that would be overwritten."""


class Attempt:
    """The record of one attempt."""

    def __init__(self, folder: UPath) -> None:
        self.folder = folder

    @property
    def root(self) -> UPath:
        """The store that it is in."""
        return self.folder.parents[2]

    @property
    def begun(self) -> tuple[str, int]:
        """When it began, as it was written, and its number; records that only another version can read have it too."""
        return str(json.loads((self.folder / PLAN).read_text()).get("created_at", "")), int(self.folder.name)

    def plan(self) -> RunPlan:
        """The plan, as it was stored by the first task."""
        return read(self.folder / PLAN, RunPlan)

    def append(self, fact: Fact) -> None:
        """Add a fact. Parts are numbered by time and name their writer, so that two writers never meet."""
        kind = str(getattr(fact, "kind", "fact"))
        write_new(self.folder / JOURNAL / f"{numbered()}-{kind}.json", fact.model_dump_json(by_alias=True))

    def journal(self, kind: str = "*") -> Journal:
        """The facts so far, all or those of one kind, in the order in which they were written."""
        found = parts(self.folder / JOURNAL, f"*-{kind}.json")
        return Journal([parsed(part, part.read_text(), FACT.validate_json) for part in found])

    def has(self, *kinds: str) -> bool:
        """Whether there is a fact of any of these kinds; by name only, so it can be asked every second."""
        folder = self.folder / JOURNAL
        return folder.exists() and any(part.stem.rpartition("-")[2] in kinds for part in folder.iterdir())

    @property
    def closed(self) -> bool:
        """Whether the verdict stands."""
        return (self.folder / VERDICT).exists()

    def verdict(self) -> Verdict | None:
        """The verdict, None while there is none."""
        path = self.folder / VERDICT
        return read(path, Verdict) if path.exists() else None

    def verdict_text(self) -> str | None:
        """verdict.json as it was written, by whatever version; None while there is none."""
        path = self.folder / VERDICT
        return str(path.read_text()) if path.exists() else None

    def close(self, verdict: Verdict) -> None:
        """Store the verdict; an attempt has one only. Raises StoreError when one stands already."""
        write_new(self.folder / VERDICT, verdict.model_dump_json(indent=2) + "\n")

    def beside(self, dag_id: str | None = None) -> Iterator[Attempt]:
        """Every attempt of every run of the same DAG, or of another one, in no order."""
        own = self.folder.parent.parent
        return _below(own.parent / _safe(dag_id) if dag_id else own)


class Store:
    """All records below one root."""

    def __init__(self, root: str | None = None) -> None:
        self.root = _root(root or os.environ.get(ROOT) or "runs")

    def next_attempt(self, dag_id: str, run_id: str) -> int:
        """Number of the attempt that `open` would begin, from 1."""
        return len(list(children(self._run(dag_id, run_id)))) + 1

    def open(self, plan: RunPlan) -> Attempt:
        """Begin an attempt by storing its plan. Raises StoreError when it was begun already."""
        folder = self._run(plan.dag_id, plan.run_id) / str(plan.attempt)
        write_new(folder / PLAN, plan.model_dump_json(by_alias=True, indent=2) + "\n")
        write_new(self.root / "keys" / plan.run_key, str(folder.relative_to(self.root)))
        return Attempt(folder)

    def attempt(self, run_key: str) -> Attempt:
        """The attempt of that run key. Raises StoreError when there is none, or none any more."""
        pointer = self.root / "keys" / run_key
        if not re.fullmatch(r"r[0-9a-f]{10}", run_key) or not pointer.exists():
            raise StoreError(f"no run '{run_key}' in {self.root}. `flink-chaos runs` lists those there are.")
        folder = self.root / pointer.read_text()
        if not (folder / PLAN).exists():
            raise StoreError(f"run '{run_key}' was removed: {folder} is gone; {pointer} may go as well")
        return Attempt(folder)

    def latest(self, dag_id: str, run_id: str) -> Attempt | None:
        """The newest attempt of a run, None if it never began."""
        begun = (folder for folder in children(self._run(dag_id, run_id)) if (folder / PLAN).exists())
        folders = sorted(begun, key=lambda folder: int(folder.name))
        return Attempt(folders[-1]) if folders else None

    def attempts(self) -> list[Attempt]:
        """Every attempt that was not removed, oldest first."""
        folders = [self.root / pointer.read_text() for pointer in children(self.root / "keys")]
        found = [Attempt(folder) for folder in folders if (folder / PLAN).exists()]
        return sorted(found, key=lambda attempt: attempt.begun)

    def of_dag(self, dag_id: str) -> Iterator[Attempt]:
        """Every attempt of every run of that DAG, in no order."""
        return _below(self.root / _safe(dag_id))

    def _run(self, dag_id: str, run_id: str) -> UPath:
        return self.root / _safe(dag_id) / _safe(run_id)


def _below(dag: UPath) -> Iterator[Attempt]:
    for run in children(dag):
        yield from (Attempt(folder) for folder in children(run) if (folder / PLAN).exists())


def _safe(name: str) -> str:
    """A folder name that is readable and cannot clash: run ids hold `:` and `+`."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:80] + "-" + hashlib.sha256(name.encode()).hexdigest()[:6]


def _root(address: str) -> UPath:
    """An object store's client remembers what a folder held: another process' facts would never be seen."""
    return UPath(address, use_listings_cache=False) if "://" in address else UPath(address)


def children(folder: UPath) -> Iterator[UPath]:
    """What is in the folder; nothing if it is not there."""
    return iter(folder.iterdir()) if folder.exists() else iter(())


def parts(folder: UPath, pattern: str) -> list[UPath]:
    """Files of the folder whose names match, by name, which begins with a time; none if it is not there."""
    return sorted(folder.glob(pattern), key=lambda part: part.name) if folder.exists() else []


def read(path: UPath, model: type[R]) -> R:
    """Read a record. Raises StoreError for one that is damaged, or that another version wrote."""
    return parsed(path, path.read_text(), model.model_validate_json)


def parsed(path: UPath, text: str, parse: Callable[[str], T]) -> T:
    """The record that a text of the file is. Raises StoreError as `read` does."""
    try:
        return parse(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        told = f"{where}: {first['msg']}" if where else first["msg"]
        raise StoreError(f"{path}: cannot be read by this version ({told}); use the one that wrote it") from error


def numbered() -> str:
    """Name of a part: its time and its writer. The triggerer asks for several tasks at once, so a thread is one."""
    return f"{clock.now().strftime('%Y%m%dT%H%M%S.%f')}-{os.getpid()}.{threading.get_ident()}"


def write_new(path: UPath, text: str) -> None:
    """Write a whole file or nothing; never over another. Secrets in its texts are masked."""
    if path.exists():
        raise StoreError(f"{path} exists already: a record is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(masked_record(text))
    part.rename(path)
