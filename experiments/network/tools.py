"""Runs the kernel's network tools."""

from __future__ import annotations

import logging
import subprocess

LOG = logging.getLogger(__name__)
SECONDS = 20
"""Longer than a lock of iptables is ever held."""


class ToolError(Exception):
    """A tool failed; the text is the command and what it said."""


def tool(*command: str) -> str:
    """Run a command and return what it wrote. Raises ToolError."""
    text = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{text}: {error}") from error
    if done.returncode:
        raise ToolError(f"{text}: {(done.stderr or done.stdout).strip()}")
    LOG.debug("%s", text)
    return done.stdout


def succeeds(*command: str) -> bool:
    """Whether a command runs without an error."""
    try:
        tool(*command)
    except ToolError:
        return False
    return True
