"""Says how it goes on standard output, as long as anybody reads it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from flink_chaos.model.masking import masked


def say(text: str) -> None:
    """Print a line. A reader that is gone, or a full disk, ends no run: its deeds count, and its exit code."""
    try:
        print(masked(text), flush=True)
    except (OSError, ValueError):
        silence()


def silence() -> None:
    """Send all further output nowhere: Python would complain once more at its end, with an exit code of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
