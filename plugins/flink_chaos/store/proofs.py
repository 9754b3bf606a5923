"""Extracted records of a run beside its facts: <attempt>/proof/<name>.parquet, so that a proof needs no topic."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from flink_chaos.store.records import Attempt

FOLDER = "proof"
MOST_BYTES = 200_000_000
"""A larger file is not kept."""


def keep_file(attempt: Attempt, path: Path) -> bool:
    """Store a copy of the file, whole or not at all; False if it is too large."""
    if path.stat().st_size > MOST_BYTES:
        return False
    target = attempt.folder / FOLDER / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{path.name}.{os.getpid()}.part")
    with path.open("rb") as source, part.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    part.rename(target)
    return True


def fetch_file(attempt: Attempt, path: Path) -> bool:
    """Bring the stored file of that name to `path`; False if there is none."""
    stored = attempt.folder / FOLDER / path.name
    if not stored.exists():
        return False
    with stored.open("rb") as source, path.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return True
