"""Records of suites, beside those of their runs, never written twice.

<root>/suites/<suite key>/plan.json verdict.json posted.json told
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from flink_chaos.model.suite import SuitePlan, SuiteVerdict, is_suite_key, suite_key
from flink_chaos.store.records import PLAN, VERDICT, StoreError, children, read, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from flink_chaos.store.records import Store

FOLDER, TOLD, POSTED = "suites", "told", "posted.json"


class SuiteRecord:
    """The record of one attempt of a suite."""

    def __init__(self, folder: UPath) -> None:
        self.folder = folder

    @property
    def begun(self) -> tuple[str, int]:
        """When it began, as it was written, and its attempt; records that only another version can read have it too."""
        written = json.loads((self.folder / PLAN).read_text())
        return str(written.get("created_at", "")), int(written.get("attempt", 0))

    def plan(self) -> SuitePlan:
        """The plan, as it was stored by the first task."""
        return read(self.folder / PLAN, SuitePlan)

    def verdict(self) -> SuiteVerdict | None:
        """The verdict, None while there is none."""
        path = self.folder / VERDICT
        return read(path, SuiteVerdict) if path.exists() else None

    def posted(self) -> tuple[str, str] | None:
        """Channel and name of the message that tells the suite, None while there is none."""
        path = self.folder / POSTED
        written = json.loads(path.read_text()) if path.exists() else None
        return (str(written["channel"]), str(written["ts"])) if written else None

    def mark_posted(self, channel: str, ts: str) -> None:
        """Keep where it is. Raises StoreError when there is one already."""
        write_new(self.folder / POSTED, json.dumps({"channel": channel, "ts": ts}) + "\n")

    @property
    def told(self) -> bool:
        """Whether people were told its verdict."""
        return (self.folder / TOLD).exists()

    def mark_told(self) -> None:
        """They were. Raises StoreError when they had been already."""
        write_new(self.folder / TOLD, "")

    def close(self, verdict: SuiteVerdict) -> None:
        """Store the verdict. Raises StoreError when one stands already."""
        write_new(self.folder / VERDICT, verdict.model_dump_json(indent=2) + "\n")


class Suites:
    """All records of suites in a store."""

    def __init__(self, store: Store) -> None:
        self.root = store.root / FOLDER

    def open(self, plan: SuitePlan) -> SuiteRecord:
        """Begin an attempt by storing its plan. Raises StoreError when it was begun already."""
        folder = self.root / plan.suite_key
        write_new(folder / PLAN, plan.model_dump_json(indent=2) + "\n")
        return SuiteRecord(folder)

    def record(self, key: str) -> SuiteRecord:
        """The record of that key. Raises StoreError when there is none."""
        folder = self.root / key
        if not is_suite_key(key) or not (folder / PLAN).exists():
            raise StoreError(f"no suite '{key}' in {self.root}. `flink-chaos suites` lists those there are.")
        return SuiteRecord(folder)

    def attempts_of(self, dag_id: str, run_id: str) -> list[SuiteRecord]:
        """Every attempt of one run of a suite, oldest first."""
        return list(self._attempts_of(dag_id, run_id))

    def all(self) -> list[SuiteRecord]:
        """Every attempt of every suite, oldest first."""
        found = [SuiteRecord(folder) for folder in children(self.root)]
        return sorted(found, key=lambda record: record.begun)

    def _attempts_of(self, dag_id: str, run_id: str) -> Iterator[SuiteRecord]:
        for attempt in count(1):
            folder = self.root / suite_key(dag_id, run_id, attempt)
            if not (folder / PLAN).exists():
                return
            yield SuiteRecord(folder)
