"""What lies in a directory of any store that fsspec knows: HDFS over WebHDFS, object stores, disks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fsspec.core import url_to_fs
from requests.adapters import HTTPAdapter

from flink_chaos.model.facts import FileState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fsspec import AbstractFileSystem

HIDDEN = (".", "_")
"""Flink writes to hidden files and renames them when they are finished; nobody reads hidden ones, Flink neither."""

TIMEOUT_SECONDS = 20.0


class FilesError(OSError):
    """What failed, where, why and what to do, in one line."""


class _Impatient(HTTPAdapter):
    """fsspec's WebHDFS would wait for ever."""

    def send(self, *arguments: Any, **options: Any) -> Any:
        return super().send(*arguments, **{**options, "timeout": TIMEOUT_SECONDS})


def list_files(url: str) -> list[FileState]:
    """Every file below a directory, finished or not, by path; none where there is no directory.

    Raises FilesError when the store refuses or does not answer.
    """
    with answering("list", url):
        store, root = opened(url)
        try:
            found = [_state(store, root, info) for info in _walked(store, root)]
        except FileNotFoundError:
            return []
        return sorted(found, key=lambda file: file.path)


def _walked(store: AbstractFileSystem, path: str) -> Iterator[dict[str, Any]]:
    """Not fsspec's own walk: that passes over what it could not read."""
    for info in store.ls(path, detail=True, refresh=True):
        if info["type"] == "directory":
            yield from _walked(store, info["name"])
        else:
            yield info


def opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The store of a URL, and the path in it."""
    store, root = url_to_fs(url)
    if "webhdfs" in store.protocol:
        for scheme in ("http://", "https://"):
            store.session.mount(scheme, _Impatient())
    return store, root.rstrip("/")


@contextmanager
def answering(verb: str, url: str) -> Iterator[None]:
    """What goes wrong inside, in one line. Stores tell it as they like: WebHDFS as RuntimeError."""
    try:
        yield
    except FilesError:
        raise
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        told = " ".join(str(error).split())[:300] or type(error).__name__
        remedy = "Check `files.worker` of the environment's profile, and the right to read there"
        raise FilesError(f"cannot {verb} {url}: {told}. {remedy}") from error


def _state(store: AbstractFileSystem, root: str, info: dict[str, Any]) -> FileState:
    inside = info["name"][len(root) :].lstrip("/")
    return FileState(
        path=inside,
        size=info["size"] or 0,
        modified_ms=_modified_ms(store, info),
        finished=not any(part.startswith(HIDDEN) for part in inside.split("/")),
    )


def _modified_ms(store: AbstractFileSystem, info: dict[str, Any]) -> int:
    """HDFS sets it when a file is made and when it is closed; not when it is renamed."""
    if "modificationTime" in info:
        return int(info["modificationTime"])
    when: datetime = store.modified(info["name"])
    return int(when.timestamp() * 1000)
