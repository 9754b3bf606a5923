"""Deletes folders of runs that nobody has written to for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.files.listing import answering, modified_ms, opened, require_inside

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from fsspec import AbstractFileSystem


def delete_old(url: str, name: re.Pattern[str], before: datetime, spared: Collection[str]) -> list[str]:
    """Delete the folders directly in `url` whose whole name fits and in which nothing is newer than `before`.

    `spared` stay, however old. Returns the names of those that are gone. Raises FilesError when the store refuses or
    does not answer.
    """
    deleted = []
    with answering("delete old folders in", url):
        store, root = opened(url)
        for folder in _folders(store, root):
            last = folder.rstrip("/").rpartition("/")[2]
            if name.fullmatch(last) and last not in spared and _is_older(store, folder, before):
                store.rm(folder, recursive=True)
                deleted.append(last)
    return sorted(deleted)


def _folders(store: AbstractFileSystem, root: str) -> list[str]:
    try:
        listed = store.ls(root, detail=True)
    except FileNotFoundError:
        return []  # before the first run
    for info in listed:
        require_inside(root, info["name"])
    return [info["name"] for info in listed if info["type"] == "directory"]


def _is_older(store: AbstractFileSystem, folder: str, before: datetime) -> bool:
    """By the store's own clock; object stores know no time of a folder, and none of them is ever empty there."""
    times = [time for time in _times(store, folder) if time is not None]
    return bool(times) and max(times) < before.timestamp() * 1000


def _times(store: AbstractFileSystem, folder: str) -> Iterator[int | None]:
    yield _time(store, store.info(folder))
    for info in store.ls(folder, detail=True):
        if info["type"] == "directory":
            yield from _times(store, info["name"])
        else:
            yield _time(store, info)


def _time(store: AbstractFileSystem, info: dict[str, Any]) -> int | None:
    """When it was last written to, in epoch ms; None where the store does not tell."""
    try:
        return modified_ms(store, info)
    except (NotImplementedError, KeyError, FileNotFoundError):
        return None
