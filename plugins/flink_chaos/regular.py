"""Files of this machine that end: no pipe, which waits for somebody who writes, and no device, which gives for ever."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from pathlib import Path


class OddFileError(OSError):
    """What stands there can be opened, and is no file that could be read to its end."""


def opened(path: Path) -> BinaryIO:
    """Open a file to read, by whatever links it is reached. Raises OddFileError for what is no regular one, OSError."""
    stream = cast("BinaryIO", open(path, "rb", opener=_unblocked))  # noqa: SIM115 - Path.open takes no opener
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OddFileError("it is no regular file")
    return stream


def _unblocked(name: str, flags: int) -> int:
    """To open a named pipe would wait for somebody who writes; a terminal would become the process' own."""
    return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)
