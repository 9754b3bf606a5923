"""What the store says when it cannot: what, where, why, what to do."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (ImportError, "install that, or set FLINK_CHAOS_STORE to a store that needs nothing more"),
    (NotImplementedError, "such a store cannot hold records; set FLINK_CHAOS_STORE to another"),
    (PermissionError, "give this user the right to do it, or set FLINK_CHAOS_STORE to another place"),
    (FileNotFoundError, "make the bucket or the folder, or correct FLINK_CHAOS_STORE"),
    (FileExistsError, "something of another kind has that name, or a part of it: move it away"),
    (IsADirectoryError, "something of another kind has that name, or a part of it: move it away"),
    (NotADirectoryError, "something of another kind has that name, or a part of it: move it away"),
    (ValueError, "set FLINK_CHAOS_STORE to a folder, or to an address such as s3://bucket/runs"),
)
BY_NUMBER = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there",
    errno.EROFS: "it can only be read; set FLINK_CHAOS_STORE to another place",
    errno.EBUSY: "then do it again",
    errno.ENAMETOOLONG: "choose a shorter FLINK_CHAOS_STORE",
}
OTHERWISE = "see that it can be reached and that FLINK_CHAOS_STORE is right, then do it again"
MOST_CHARACTERS = 200


class StoreError(Exception):
    """A record that is not there, that cannot be read, or that would be overwritten."""


class ExistsError(StoreError):
    """A record of that name stands already: whoever wrote it was faster."""


class UnreadableError(StoreError):
    """A record is there, and nobody can use it."""

    def __init__(self, path: UPath | str, why: str) -> None:
        self.why = " ".join(why.split())
        told = f"cannot be read by this version ({self.why}); it is damaged, or use the one that wrote it"
        super().__init__(f"{path}: {told}")


class StoreUnavailableError(StoreError, OSError):
    """The file system of the store did not do what it was asked; asked again it may, as with any OSError."""


@contextmanager
def asked(path: UPath | str, deed: str) -> Iterator[None]:
    """Turn what a file system raises into one StoreError; the clients of object stores raise what they like."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        raise refusal(path, deed, error) from error


def refusal(path: UPath | str, deed: str, error: Exception) -> StoreUnavailableError:
    """The one line about what a file system raised when the path should be written, read or so."""
    return StoreUnavailableError(f"{path}: cannot be {deed}: {_why(error)}; {_advice(error)}")


def _why(error: Exception) -> str:
    """Its own words, without number and path; the first line, as some tell a page."""
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(told).strip().split("\n")[0].split())[:MOST_CHARACTERS]


def _advice(error: Exception) -> str:
    by_kind = next((told for kind, told in ADVICE if isinstance(error, kind)), OTHERWISE)
    return BY_NUMBER.get(getattr(error, "errno", None) or 0, by_kind)
