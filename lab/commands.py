"""Running another program: its output goes to a log, and a failure becomes one clear line."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAIL_LINES = 12


class LabError(Exception):
    """Something that the person in front of the lab can mend: what failed, where, why, what to do."""


def run(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> str:
    """Run `command` to its end and return what it printed.

    Output goes to `log` as well, if one is given. Raises LabError with the command, its exit code and the last lines.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=env,
            input=stdin,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise LabError(
            f"{words[0]}: cannot be started: {error}. `python -m lab doctor` tells what is missing."
        ) from error
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout)
    if done.returncode:
        raise LabError(_failure(words, done.returncode, done.stdout, log))
    return done.stdout


def _failure(words: Sequence[str], code: int, output: str, log: Path | None) -> str:
    tail = "\n".join("    " + line for line in output.splitlines()[-TAIL_LINES:])
    where = f" (all of it: {log})" if log else ""
    return f"`{' '.join(words)[:200]}` ended with exit code {code}{where}\n{tail}"
