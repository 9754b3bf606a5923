"""What lies in a directory of HDFS, over WebHDFS, or of a disk; fsspec is the way to both."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fsspec.core import url_to_fs
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from flink_chaos.model.facts import FileState
from flink_chaos.model.names import Shape
from flink_chaos.model.text import TEXT, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fsspec import AbstractFileSystem

HIDDEN = (".", "_")
"""Flink writes to hidden files and renames them when they are finished; nobody reads hidden ones, Flink neither."""

TIMEOUT_SECONDS = 10.0
RETRIES = Retry(total=2, backoff_factor=0.2, allowed_methods=["GET"], status_forcelist=[502, 503, 504])
"""One lost answer among thousands ends no run."""


class FilesError(OSError):
    """What failed, where, why and what to do, in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, TEXT))


class _Strict(HTTPAdapter):
    """fsspec's WebHDFS would wait for ever, and take a DataNode's refusal for the file."""

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        answer = super().send(request, *arguments, **{**options, "timeout": TIMEOUT_SECONDS})
        if "op=OPEN" in request.url:
            answer.raise_for_status()
        return answer


def list_files(url: str) -> list[FileState]:
    """Every file below a directory, finished or not, by path; none where there is no directory.

    Raises FilesError when the store refuses or does not answer.
    """
    with answering("list", url):
        store, root = opened(url)
        if not _has(store, root):
            return []
        return sorted((_state(store, root, info) for info in _walked(store, root)), key=lambda file: file.path)


def is_there(url: str) -> bool:
    """Whether there is such a directory or file. Raises FilesError as `list_files` does."""
    with answering("look at", url):
        store, root = opened(url)
        return _has(store, root)


def _has(store: AbstractFileSystem, path: str) -> bool:
    """Not fsspec's own `exists`: for that a store which does not answer holds nothing."""
    try:
        store.info(path)
    except FileNotFoundError:
        return False
    return True


def _walked(store: AbstractFileSystem, path: str) -> Iterator[dict[str, Any]]:
    """Not fsspec's own walk: that passes over what it could not read."""
    for info in store.ls(path, detail=True):
        require_inside(path, info["name"])
        if info["type"] == "directory":
            yield from _walked(store, info["name"])
        else:
            yield info


def require_inside(path: str, name: str) -> None:
    """Raises FilesError for what a listing tells of somewhere else: it would be read as the application's."""
    folder, _, last = name.rpartition("/")
    if folder != path.rstrip("/") or not Shape.FILE.fits(last):
        raise FilesError(f"{path}: its listing names {name[:200]!a}, which is not in it. Check what answers there")


def opened(url: str) -> tuple[AbstractFileSystem, str]:
    """The store of a URL, and the path in it."""
    store, root = url_to_fs(url)
    if "webhdfs" in store.protocol and not isinstance(store.session.get_adapter("http://"), _Strict):
        for scheme in ("http://", "https://"):
            store.session.mount(scheme, _Strict(max_retries=RETRIES))
    return store, root.rstrip("/")


@contextmanager
def answering(verb: str, url: str) -> Iterator[None]:
    """What goes wrong inside, in one line. WebHDFS tells it as RuntimeError, a stranger in its place by what lacks."""
    try:
        yield
    except FilesError:
        raise
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, ImportError) as error:
        told = " ".join(str(error).split())[:300] or type(error).__name__
        remedy = "Check the address in the environment's profile (`worker`), and the rights there"
        raise FilesError(f"cannot {verb} {url}: {told}. {remedy}") from error


def _state(store: AbstractFileSystem, root: str, info: dict[str, Any]) -> FileState:
    inside = info["name"][len(root) :].lstrip("/")
    return FileState(
        path=inside,
        size=info["size"] or 0,
        modified_ms=modified_ms(store, info),
        finished=not any(part.startswith(HIDDEN) for part in inside.split("/")),
    )


def modified_ms(store: AbstractFileSystem, info: dict[str, Any]) -> int:
    """When it was written to last, by the store's clock.

    HDFS sets it when a file is made and when it is closed; not when it is renamed.
    """
    if "modificationTime" in info:
        return int(info["modificationTime"])
    when: datetime = store.modified(info["name"])
    return int(when.timestamp() * 1000)
