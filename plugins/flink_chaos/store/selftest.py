"""Results of self-tests: <root>/selftest/<time>-<writer>.json, never written twice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.model.selftest import SelfTestResult
from flink_chaos.store.errors import StoreError
from flink_chaos.store.files import names_in, write_new
from flink_chaos.store.names import numbered, parts_among
from flink_chaos.store.texts import json_of, read

if TYPE_CHECKING:
    from upath import UPath

FOLDER = "selftest"


def keep(root: UPath, result: SelfTestResult) -> None:
    """Store a result below the root of a store."""
    folder = root / FOLDER
    write_new(folder / f"{numbered(names_in(folder))}.json", json_of(result, indent=2) + "\n")


def latest(root: UPath) -> SelfTestResult | None:
    """The newest result that this version can read, None if there is none."""
    folder, names = root / FOLDER, list[str]()
    with suppress(StoreError):
        names = parts_among(names_in(folder), "json")
    for name in reversed(names):
        with suppress(StoreError):
            return read(folder / name, SelfTestResult)
    return None
