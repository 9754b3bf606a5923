"""How a whole file comes to its name, on each kind of file system, and never over another where it must not.

| file system | a reader meets a whole file or none | of two writers at once one wins |
|---|---|---|
| local, with hard links | part of its own name, then a link | the link |
| local, without | part, then a rename | a claim beside it, while it is renamed |
| memory, S3, Google, Azure | one request | the request: only if nothing has the name |
| any other of fsspec | part, then a rename | threads of one process; others look before they write |
"""

from __future__ import annotations

import errno
import os
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

    from upath import UPath

    Send = Callable[[UPath], object]
    """Fills the file of that name, which nobody reads yet."""

CONDITIONAL = frozenset({"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
"""Protocols whose clients take `mode="create"` for a condition of the request itself."""

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})
"""What file systems without hard links say."""

FILE_MODE, FOLDER_MODE = 0o660, 0o770
"""Less the umask: with the usual 022 the owner writes and the group reads, with 002 the group writes too. What a run
holds is nobody else's business: others can never read it."""

_LOCKS = tuple(threading.Lock() for _ in range(64))


def is_local(path: UPath) -> bool:
    """Whether it is a file of this machine, as far as Python can tell."""
    return isinstance(path, Path)


def here(path: UPath) -> Path:
    """The same, of one that is local, for what only such a one can do."""
    return cast("Path", path)


def publish(path: UPath, content: bytes) -> None:
    """Write a new file. Raises FileExistsError for a name that is taken, and what the file system raises."""
    if is_local(path):
        _through_part(path, partial(_fill, content), _link)
        return
    with _LOCKS[hash(str(path)) % len(_LOCKS)]:
        if path.exists():
            raise FileExistsError(str(path))
        if path.protocol in CONDITIONAL:
            path.fs.pipe_file(path.path, content, mode="create")
        else:
            put(path, partial(_fill, content))


def put(path: UPath, send: Send) -> None:
    """Write a file, in place of an older one. Raises what the file system raises."""
    if path.protocol in CONDITIONAL:
        send(path)
    else:
        _through_part(path, send, lambda part, whole: part.rename(whole))


def filled(content: bytes) -> Send:
    """Sends these bytes."""
    return partial(_fill, content)


def opened(path: Path) -> BinaryIO:
    """A new local file to be written, with the rights of all files of the store."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


def _fill(content: bytes, path: UPath) -> None:
    if is_local(path):
        with opened(here(path)) as sink:
            sink.write(content)
            os.fsync(sink.fileno())  # a link to what is not on the disk would be an empty record after a power cut
    else:
        path.fs.pipe_file(path.path, content)


def _through_part(path: UPath, send: Send, bring: Callable[[UPath, UPath], object]) -> None:
    """Fill a part whose name no other writer has, on whatever machine, and bring it to its name."""
    if is_local(path):
        _make_folder(here(path).parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        send(part)
        bring(part, path)
    finally:
        part.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    """Make it with those that it lies in. pathlib would make the outer ones for everybody to read."""
    try:
        _make_one(folder)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        _make_folder(folder.parent)
        _make_one(folder)  # not there again: it is below a process' own folder that was removed


def _make_one(folder: Path) -> None:
    try:
        folder.mkdir(FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{folder} is a file", str(folder)) from None


def _link(part: UPath, path: UPath) -> None:
    """Give the part its name. A server may have done it and its answer got lost: then the part has two names."""
    try:
        os.link(here(part), here(path))
    except FileExistsError:
        if part.stat().st_nlink == 1:
            raise
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _claim(here(part), here(path))


def _claim(part: Path, path: Path) -> None:
    """Rename the part while nobody else may: whoever makes the claim is the only one."""
    claim = path.with_name(f".{path.name}.claim")
    try:
        opened(claim).close()
    except FileExistsError as error:
        raise OSError(errno.EBUSY, f"another writes it, or was killed while it did: then remove {claim}") from error
    try:
        if os.path.lexists(path):
            raise FileExistsError(str(path))
        part.rename(path)
    finally:
        claim.unlink(missing_ok=True)
