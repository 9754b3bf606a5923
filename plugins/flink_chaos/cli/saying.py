"""Says everything that this command says, on standard output and on standard error, as a terminal can take it.

What a pod, Kafka or Kubernetes told may be part of it: nothing of it may move the cursor or hide what stands there.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.model.masking import masked_record
from flink_chaos.model.text import visible

if TYPE_CHECKING:
    from typing import TextIO

OBEYED = re.compile(r"(?m)^([ \t]*)::(?=[a-z])")
"""GitHub's runner obeys such words at the beginning of a line of what a step prints."""


def say(text: str) -> None:
    """Print how it goes. A reader that is gone, or a full disk, ends no run: its deeds count, and its exit code."""
    try:
        show(text)
    except (OSError, ValueError):
        silence()


def show(text: object, end: str = "\n") -> None:
    """Print what was asked for. Raises OSError or ValueError, such as BrokenPipeError, where nobody takes it."""
    print(_printable(str(text), sys.stdout), end=end, flush=True)


def complain(text: str) -> None:
    """Say on standard error what went wrong, if anybody can hear it."""
    with suppress(OSError, ValueError):
        print(_printable(f"flink-chaos: {text}", sys.stderr), file=sys.stderr, flush=True)


def silence() -> None:
    """Send all further output nowhere: Python would complain once more at its end, with an exit code of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printable(text: str, stream: TextIO) -> str:
    """Without secrets, and with escapes for what acts, and for letters that the terminal's encoding does not have."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    told = OBEYED.sub(r"\1\\x3a:", visible(masked_record(text)))
    return told.encode(encoding, "backslashreplace").decode(encoding)
