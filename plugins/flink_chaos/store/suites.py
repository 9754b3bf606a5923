"""Records of suites, beside those of their runs, never written twice.

<root>/suites/<suite key>/plan.json verdict.json posted.json told
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from flink_chaos.model.suite import SuitePlan, SuiteVerdict, is_suite_key, suite_key
from flink_chaos.model.telling import LONGEST, short, shown
from flink_chaos.store.errors import StoreError, UnreadableError
from flink_chaos.store.files import is_there, text_at, text_of, write_new
from flink_chaos.store.folders import entries, key_in
from flink_chaos.store.names import PLAN, VERDICT
from flink_chaos.store.summary import stored_json
from flink_chaos.store.texts import json_of, parsed, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from flink_chaos.store.records import Store

FOLDER, TOLD, POSTED = "suites", "told", "posted.json"
MOST_MISSING = 20
"""Attempts of a suite's run that may have been removed one after another."""


class SuiteRecord:
    """The record of one attempt of a suite."""

    def __init__(self, folder: UPath) -> None:
        self.folder = folder

    @property
    def begun(self) -> tuple[str, int]:
        """When it began, as it was written, and its attempt, by whatever version; what nobody can read comes first."""
        try:
            written = stored_json(self.folder / PLAN, text_at(self.folder / PLAN))
        except StoreError:
            return "", 0
        at, attempt = written.get("created_at"), written.get("attempt")
        return at if isinstance(at, str) else "", attempt if isinstance(attempt, int) else 0

    def plan(self) -> SuitePlan:
        """The plan, as it was stored by the first task. Raises StoreError for another suite's: it was copied here."""
        plan = read(self.folder / PLAN, SuitePlan)
        if plan.suite_key != self.folder.name:
            raise _copied(self.folder, plan.suite_key)
        return plan

    def verdict(self) -> SuiteVerdict | None:
        """The verdict, None while there is none."""
        path = self.folder / VERDICT
        text = text_of(path)
        return None if text is None else parsed(path, text, SuiteVerdict.model_validate_json)

    def posted(self) -> tuple[str, str] | None:
        """Channel and name of the message that tells the suite, None while there is none."""
        path = self.folder / POSTED
        text = text_of(path)
        written = {} if text is None else stored_json(path, text)
        try:
            return (str(written["channel"]), str(written["ts"])) if written else None
        except KeyError as error:
            raise UnreadableError(path, f"it names no {error}") from error

    def mark_posted(self, channel: str, ts: str) -> None:
        """Keep where it is. Raises StoreError when there is one already."""
        write_new(self.folder / POSTED, json.dumps({"channel": channel, "ts": ts}) + "\n")

    @property
    def told(self) -> bool:
        """Whether people were told its verdict."""
        return is_there(self.folder / TOLD)

    def mark_told(self) -> None:
        """They were. Raises StoreError when they had been already."""
        write_new(self.folder / TOLD, "")

    def close(self, verdict: SuiteVerdict) -> None:
        """Store the verdict. Raises StoreError when one stands already."""
        write_new(self.folder / VERDICT, json_of(verdict, indent=2) + "\n")


class Suites:
    """All records of suites in a store."""

    def __init__(self, store: Store) -> None:
        self.root = store.root / FOLDER

    def open(self, plan: SuitePlan) -> SuiteRecord:
        """Begin an attempt by storing its plan. Raises StoreError when it was begun already."""
        folder = self.root / plan.suite_key
        write_new(folder / PLAN, json_of(plan, indent=2) + "\n")
        return SuiteRecord(folder)

    def record(self, key: str) -> SuiteRecord:
        """The record of that key. Raises StoreError when there is none."""
        text = text_of(self.root / key / PLAN) if is_suite_key(key) else None
        if text is None:
            raise StoreError(f"no suite {shown(key)} in {self.root}. `flink-chaos suites` lists those there are.")
        folder = self.root / key
        if key_in(folder / PLAN, text, "suite_key") not in ("", key):
            raise _copied(folder, key_in(folder / PLAN, text, "suite_key"))
        return SuiteRecord(folder)

    def next_attempt(self, dag_id: str, run_id: str) -> int:
        """Number of the attempt that would be begun: after all that stand, whichever were removed."""
        return max((number for number, _ in self._attempts_of(dag_id, run_id)), default=0) + 1

    def attempts_of(self, dag_id: str, run_id: str) -> list[SuiteRecord]:
        """Every attempt of one run of a suite that was not removed, oldest first."""
        return [record for _, record in self._attempts_of(dag_id, run_id)]

    def all(self) -> list[SuiteRecord]:
        """Every attempt of every suite, oldest first; what nobody can read comes before them."""
        found = [SuiteRecord(self.root / name) for name in entries(self.root.parent, FOLDER)]
        return sorted(found, key=lambda record: record.begun)

    def _attempts_of(self, dag_id: str, run_id: str) -> Iterator[tuple[int, SuiteRecord]]:
        """Some may have been removed: the numbers of a run end where many on end are missing."""
        missing = 0
        for attempt in count(1):
            folder = self.root / suite_key(dag_id, run_id, attempt)
            missing = 0 if is_there(folder / PLAN) else missing + 1
            if missing > MOST_MISSING:
                return
            if not missing:
                yield attempt, SuiteRecord(folder)


def _copied(folder: UPath, other: str) -> StoreError:
    """What is said of a folder with another suite's records: who goes by them would act on that one."""
    return StoreError(f"{folder}: holds suite {short(other, LONGEST)}; it may go")
