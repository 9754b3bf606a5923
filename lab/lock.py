"""One `up` or `down` at a time."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab.commands import LabError
from lab.paths import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = CACHE / ".lab.lock"


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lab's lock. Raises LabError if somebody else holds it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _FILE.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LabError("another `lab up` or `lab down` is at work: wait for it.") from error
        yield
