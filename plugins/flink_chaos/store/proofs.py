"""Extracted records of a run beside its facts: <attempt>/proof/<name>.parquet, so that a proof needs no topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.store.files import copy_in, copy_out

if TYPE_CHECKING:
    from pathlib import Path

    from flink_chaos.store.records import Attempt

FOLDER = "proof"
MOST_BYTES = 200_000_000
"""A larger file is not kept."""


def keep_file(attempt: Attempt, path: Path) -> bool:
    """Store a copy of the file, whole or not at all; False if it is too large. Raises StoreError."""
    if path.stat().st_size > MOST_BYTES:
        return False
    copy_in(path, attempt.folder / FOLDER / path.name)
    return True


def fetch_file(attempt: Attempt, path: Path) -> bool:
    """Bring the stored file of that name to `path`; False if there is none. Raises StoreError."""
    return copy_out(attempt.folder / FOLDER / path.name, path, MOST_BYTES)
