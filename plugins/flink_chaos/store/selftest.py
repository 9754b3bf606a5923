"""Results of self-tests: <root>/selftest/<time>-<writer>.json, never written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.selftest import SelfTestResult
from flink_chaos.store.records import StoreError, children, numbered, read, write_new

if TYPE_CHECKING:
    from upath import UPath

FOLDER = "selftest"


def keep(root: UPath, result: SelfTestResult) -> None:
    """Store a result below the root of a store."""
    write_new(root / FOLDER / f"{numbered()}.json", result.model_dump_json(indent=2) + "\n")


def latest(root: UPath) -> SelfTestResult | None:
    """The newest result that this version can read, None if there is none."""
    for path in sorted(children(root / FOLDER), key=lambda path: path.name, reverse=True):
        if path.name.endswith(".json"):
            try:
                return read(path, SelfTestResult)
            except StoreError:
                continue
    return None
