"""What leads to a record: a folder of the store's own, a pointer, the key that a plan names. Said where it misleads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.model.telling import LONGEST, short
from flink_chaos.store.errors import StoreError
from flink_chaos.store.files import is_folder, is_there, names_in
from flink_chaos.store.names import FOLDER, KEYS
from flink_chaos.store.summary import stored_json

if TYPE_CHECKING:
    from upath import UPath


def entries(root: UPath, name: str) -> list[str]:
    """Names in that folder of a store; none where nothing was stored yet.

    Raises StoreError for a file in its place, or in the store's: it would look like an empty one.
    """
    found = names_in(root / name)
    for folder in () if found else (root, root / name):
        if is_there(folder) and not is_folder(folder):
            told = "move it away, or correct FLINK_CHAOS_STORE"
            raise StoreError(f"{folder} is a file, and should be the folder that holds the records: {told}")
    return found


def pointed_at(pointer: UPath, text: str) -> str:
    """The folder that a pointer names. Raises StoreError for what is none, or leads out of the store."""
    folder = text.strip()
    if not FOLDER.fullmatch(folder):
        raise StoreError(f"{pointer}: leads to no run of this store ({folder[:60]!r}); it may go")
    return folder


def removed(root: UPath, key: str, folder: str) -> StoreError:
    """What is said of a run whose folder somebody took away."""
    return StoreError(f"run '{key}' was removed: {root / folder} is gone; {root / KEYS / key} may go as well")


def misled(root: UPath, key: str, other: str) -> StoreError:
    """What is said of a pointer to a run that bears another key: who follows it would act on that one."""
    return StoreError(f"{root / KEYS / key}: leads to run {short(other, LONGEST)}; it may go")


def key_in(path: UPath, text: str, name: str) -> str:
    """The key that the text of a plan names under that name; empty for a damaged one, which may be anybody's."""
    found: object = None
    with suppress(StoreError):
        found = stored_json(path, text).get(name)
    return found if isinstance(found, str) else ""
