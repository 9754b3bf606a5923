"""One folder for each attempt of a run, never written twice.

<root>/<dag id>/<run id>/<attempt>/plan.json journal/ verdict.json, and <root>/keys/<run key> that tells which it is
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flink_chaos.model.footprint import RUN_KEY
from flink_chaos.model.journal import FACT, Journal
from flink_chaos.model.plan import RunPlan
from flink_chaos.model.telling import shown
from flink_chaos.model.verdict import Verdict
from flink_chaos.store.address import ROOT, root_of
from flink_chaos.store.errors import ExistsError, StoreError, StoreUnavailableError
from flink_chaos.store.files import is_there, names_in, text_at, text_of, write_new
from flink_chaos.store.folders import key_in, misled, pointed_at, removed
from flink_chaos.store.listing import FoundRun, found_runs
from flink_chaos.store.names import JOURNAL, KEYS, NUMBER, PLAN, VERDICT, folders_of, numbered, parts_among
from flink_chaos.store.summary import summary_of
from flink_chaos.store.texts import json_of, parsed, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from upath import UPath

    from flink_chaos.model.facts import Fact

__all__ = ["PLAN", "ROOT", "VERDICT", "Attempt", "ExistsError", "Store", "StoreError", "StoreUnavailableError"]


class Attempt:
    """The record of one attempt."""

    def __init__(self, folder: UPath) -> None:
        self.folder = folder

    @property
    def root(self) -> UPath:
        """The store that it is in."""
        return self.folder.parents[2]

    def plan(self) -> RunPlan:
        """The plan, as it was stored by the first task."""
        return read(self.folder / PLAN, RunPlan)

    def append(self, fact: Fact) -> None:
        """Add a fact, after all that stand. Its name tells its writer, so that two of them never meet."""
        folder = self.folder / JOURNAL
        kind = str(getattr(fact, "kind", "fact"))
        write_new(folder / f"{numbered(names_in(folder))}-{kind}.json", json_of(fact, by_alias=True))

    def journal(self, kind: str = "*") -> Journal:
        """The facts so far, all or those of one kind, in the order in which they were written.

        Raises StoreError for one that is damaged, or that another version wrote.
        """
        folder, kinds = self.folder / JOURNAL, () if kind == "*" else (kind,)
        found = [folder / name for name in parts_among(names_in(folder), "json", *kinds)]
        return Journal([parsed(part, text_at(part), FACT.validate_json) for part in found])

    def has(self, *kinds: str) -> bool:
        """Whether there is a fact of any of these kinds; by name only, so it can be asked every second."""
        return bool(parts_among(names_in(self.folder / JOURNAL), "json", *kinds))

    @property
    def closed(self) -> bool:
        """Whether the verdict stands."""
        return is_there(self.folder / VERDICT)

    def verdict(self) -> Verdict | None:
        """The verdict, None while there is none."""
        path, text = self.folder / VERDICT, self.verdict_text()
        return None if text is None else parsed(path, text, Verdict.model_validate_json)

    def verdict_text(self) -> str | None:
        """verdict.json as it was written, by whatever version; None while there is none."""
        return text_of(self.folder / VERDICT)

    def close(self, verdict: Verdict) -> None:
        """Store the verdict; an attempt has one only. Raises ExistsError when one stands already."""
        write_new(self.folder / VERDICT, json_of(verdict, indent=2) + "\n")


class Store:
    """All records below one root. Raises StoreError for an address that no file system knows."""

    def __init__(self, root: str | None = None) -> None:
        self.root = root_of(root or os.environ.get(ROOT) or "runs")

    def next_attempt(self, dag_id: str, run_id: str) -> int:
        """Number of the attempt that `open` would begin, from 1: after all that stand, whichever were removed."""
        return max((number for number, _ in self._numbers(dag_id, run_id)), default=0) + 1

    def open(self, plan: RunPlan) -> Attempt:
        """Begin an attempt by storing its plan. Raises ExistsError when it was begun already."""
        dag, run = folders_of(plan.dag_id)[0], folders_of(plan.run_id)[0]
        folder = f"{dag}/{run}/{plan.attempt}"
        write_new(self.root / folder / PLAN, json_of(plan, indent=2, by_alias=True) + "\n")
        write_new(self.root / KEYS / plan.run_key, folder)
        return Attempt(self.root / folder)

    def attempt(self, run_key: str) -> Attempt:
        """The attempt of that run key. Raises StoreError when there is none, or none any more."""
        text = text_of(self.root / KEYS / run_key) if RUN_KEY.fullmatch(run_key) else None
        if text is None:
            raise StoreError(f"no run {shown(run_key)} in {self.root}. `flink-chaos runs` lists those there are.")
        folder = pointed_at(self.root / KEYS / run_key, text)
        self._require_own(run_key, folder)
        return Attempt(self.root / folder)

    def _require_own(self, run_key: str, folder: str) -> None:
        path = self.root / folder / PLAN
        plan = text_of(path)
        if plan is None:
            raise removed(self.root, run_key, folder)
        if (named := key_in(path, plan, "run_key")) not in ("", run_key):
            raise misled(self.root, run_key, named)

    def latest(self, dag_id: str, run_id: str) -> Attempt | None:
        """The newest attempt of a run, None if it never began."""
        return next(self._attempts_of(dag_id, run_id), None)

    def attempts_of(self, dag_id: str, run_id: str) -> list[Attempt]:
        """Every attempt of a run that was not removed, the newest first."""
        return list(self._attempts_of(dag_id, run_id))

    def _attempts_of(self, dag_id: str, run_id: str) -> Iterator[Attempt]:
        found = sorted(self._numbers(dag_id, run_id), key=lambda one: one[0], reverse=True)
        begun = (Attempt(folder) for _, folder in found if is_there(folder / PLAN))
        return (one for one in begun if _is_of(one, dag_id, run_id))

    def runs(self) -> AbstractContextManager[list[FoundRun]]:
        """Every pointer to a run, in no order, also those that lead to none; nothing is read but what is asked for."""
        return found_runs(self.root)

    def attempts(self) -> list[Attempt]:
        """Every attempt that was not removed, oldest first; one whose plan cannot be read comes before all others."""
        with self.runs() as found:
            found.sort(key=FoundRun.begun)
            return [Attempt(self.root / one.folder) for one in found if not one.problem]

    def _numbers(self, dag_id: str, run_id: str) -> Iterator[tuple[int, UPath]]:
        """Numbers of a run's attempts and their folders, also where versions before would have put them."""
        for dag in folders_of(dag_id):
            for run in folders_of(run_id):
                folder = self.root / dag / run
                yield from ((int(name), folder / name) for name in names_in(folder) if NUMBER.fullmatch(name))


def _is_of(attempt: Attempt, dag_id: str, run_id: str) -> bool:
    """Whether it is an attempt of that run: folders of versions before could be shared by two. A damaged one may be."""
    try:
        stored = summary_of(attempt.folder)
    except StoreUnavailableError:
        raise
    except StoreError:
        return True
    return (stored.dag_id, stored.run_id) == (dag_id, run_id)
