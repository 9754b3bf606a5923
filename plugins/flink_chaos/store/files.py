"""The edge of the store to file systems: whole files, never one over another, and every refusal as one line."""

from __future__ import annotations

import os
import shutil
from functools import partial
from stat import S_ISDIR
from typing import TYPE_CHECKING, cast

from flink_chaos.model.masking import masked_record
from flink_chaos.store.errors import ExistsError, StoreError, asked
from flink_chaos.store.publishing import filled, here, is_local, opened, publish, put
from flink_chaos.store.reading import MOST_BYTES, blocks, content_of

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

NOT_THERE = (FileNotFoundError, NotADirectoryError, FileExistsError)
"""What a path is told with that leads to nothing; the others, by this or that file system, for one below a file."""

NO_PAGE = 404
"""What a web server says where there is nothing."""


def write_new(path: UPath, text: str) -> None:
    """Write a whole file or nothing; never over another. Secrets in its texts are masked.

    Raises ExistsError for one that is there, StoreError.
    """
    with asked(path, "written"):
        try:
            publish(path, _bounded(path, encoded(masked_record(text))))
        except FileExistsError as error:
            if not path.exists():  # a file stands in place of a folder
                raise
            raise ExistsError(f"{path} exists already: a record is never overwritten") from error


def _bounded(path: UPath, content: bytes) -> bytes:
    """What nobody would read again is not written."""
    if len(content) > MOST_BYTES:
        raise StoreError(f"{path}: cannot be written: it has {len(content):,} bytes, {MOST_BYTES:,} are allowed")
    return content


def write_over(path: UPath, text: str) -> None:
    """Write a whole file or nothing, in place of an older one: for what can be made again. Raises StoreError."""
    with asked(path, "written"):
        put(path, filled(encoded(text)))


def encoded(text: str) -> bytes:
    r"""The bytes of a text: every text that the store writes comes by here.

    What UTF-8 cannot hold is spelt, such as `\ud800`.
    """
    return text.encode("utf-8", "backslashreplace")


def copy_in(source: Path, target: UPath) -> None:
    """Store a file of any size under that name, whole or not at all. Raises StoreError."""
    with asked(target, "written"):
        put(target, partial(_copy, source))


def _copy(source: Path, target: UPath) -> None:
    if is_local(target):
        with source.open("rb") as stream, opened(here(target)) as sink:
            shutil.copyfileobj(stream, sink)
    else:
        target.fs.put_file(str(source), target.path)


def copy_out(source: UPath, target: Path, most: int) -> bool:
    """Bring a stored file of at most so many bytes to a path of this machine; False if there is none.

    Raises StoreError.
    """
    with asked(source, "read"):
        if state_of(source) is None:
            return False
        with target.open("wb") as sink:
            sink.writelines(blocks(source, most))
    return True


def text_of(path: UPath, most: int = MOST_BYTES) -> str | None:
    """What a file of at most so many bytes holds, to the character; None if it is not there. Raises StoreError.

    A byte that is no UTF-8 hides nothing else: it is shown as U+FFFD. Line ends stay what they are.
    """
    with asked(path, "read"):
        try:
            return content_of(path, most).decode("utf-8", "replace")
        except NOT_THERE as error:
            _require_answer(error)
            return None


def text_at(path: UPath) -> str:
    """The same of a file that must be there. Raises StoreError."""
    text = text_of(path)
    if text is None:
        raise StoreError(f"{path} is not there: somebody removed it, or the run was never stored here")
    return text


def state_of(path: UPath) -> os.stat_result | None:
    """Size and times of what is there, None for nothing. Raises StoreError: who does not answer is no answer.

    So not by the file systems' own `exists`, which says no when it could not look.
    """
    with asked(path, "looked at"):
        try:
            return cast("os.stat_result", path.stat())
        except NOT_THERE as error:
            _require_answer(error)
            return None


def modified(state: os.stat_result) -> float:
    """When it was written, seconds since the epoch; some object stores only tell when it was made."""
    return float(state.st_mtime or getattr(state, "st_birthtime", 0.0))


def is_there(path: UPath) -> bool:
    """Whether there is anything of that name. Raises StoreError."""
    return state_of(path) is not None


def is_folder(path: UPath) -> bool:
    """Whether it is there and is a folder. Raises StoreError."""
    state = state_of(path)
    return state is not None and S_ISDIR(state.st_mode)


def names_in(folder: UPath) -> list[str]:
    """Names in a folder, in no order; none where it is not there, or is a file. Raises StoreError.

    Those that begin with a dot are nobody's records: parts of files that are being written, and what desktops leave.
    """
    with asked(folder, "listed"):
        try:
            names = os.listdir(here(folder)) if is_local(folder) else [child.name for child in folder.iterdir()]  # noqa: PTH208
        except NOT_THERE as error:
            _require_answer(error)
            return []
    return [name for name in names if name and not name.startswith(".")]


def remove(path: UPath) -> None:
    """Take a file away, if it is there. Raises StoreError."""
    with asked(path, "removed"):
        path.unlink(missing_ok=True)


def _require_answer(error: OSError) -> None:
    """Raise what is behind it where nobody could look: a web server that does not answer is told as a missing file."""
    cause = error.__cause__
    is_other = isinstance(cause, OSError) and not isinstance(cause, NOT_THERE)
    if cause and (is_other or getattr(cause, "status", NO_PAGE) != NO_PAGE):
        raise cause
