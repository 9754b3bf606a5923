"""How the command ends: by its exit code, and by one line on standard error for whatever went wrong."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from flink_chaos.cli.interrupting import was_interrupted
from flink_chaos.cli.saying import complain, silence
from flink_chaos.model.masking import masked
from flink_chaos.model.telling import short
from flink_chaos.model.text import one_line
from flink_chaos.model.verdict import SETUP_ERROR, Outcome
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.steps.planning import DISTRIBUTION
from flink_chaos.steps.run import SYSTEM_ERRORS, StepError
from flink_chaos.store.records import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = (StepError, ProfileError, StoreError, *SYSTEM_ERRORS)
"""What ends a command with one line of its own."""

LISTS = (StepError, ProfileError)
"""What may tell several problems, each on a line of its own, with values of others that are shown and cut."""

DEBUG = "FLINK_CHAOS_DEBUG"
"""Set to anything, tracebacks are printed too."""

PACKAGE = Path(__file__).parents[1]


def ended(act: Callable[[], int]) -> int:
    """Do it; its exit code. Whatever it raises is told, and becomes one: Python's own 1 would be a FAIL."""
    try:
        code = act()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough of what was only shown
        code = Outcome.PASS.exit_code
    except BaseException as error:  # noqa: BLE001 - nobody else would tell it
        complain(told(error))
        code = Outcome.ABORTED.exit_code if _is_interrupt(error) else SETUP_ERROR
    _leave()
    return code


def told(error: BaseException) -> str:
    """One line for what ended the command. A defect of ours is told as one, with its place."""
    if os.environ.get(DEBUG):
        with suppress(OSError, ValueError):
            print(masked("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    if _is_interrupt(error):
        return "interrupted"
    if isinstance(error, LISTS):
        return str(error)
    if isinstance(error, EXPECTED):
        return one_line(str(error))
    if isinstance(error, OSError) and error.strerror:
        return f"cannot go on: {error.strerror}" + (f": {short(str(error.filename))}" if error.filename else "")
    return (
        f"a defect of flink-chaos {version(DISTRIBUTION)} at {_place(error)}: {type(error).__name__}: "
        f"{short(str(error))}. Report it, with what {DEBUG}=1 prints beside it"
    )


def _is_interrupt(error: BaseException) -> bool:
    """Also what a library makes of a signal; not what was known before, such as a lock that is held."""
    return isinstance(error, KeyboardInterrupt) or (was_interrupted() and not isinstance(error, EXPECTED))


def open_streams() -> None:
    """Give the process what it may print to: none is closed, or of an encoding that lacks a letter of ours.

    A file that is opened while standard output is closed takes its number, and gets what others print there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for as long as the process lives
    _encode(errors="backslashreplace")
    threading.excepthook = lambda end: complain(told(end.exc_value or KeyboardInterrupt()))


def use_utf8() -> None:
    """What machines read is UTF-8, wherever it is printed."""
    _encode(encoding="utf-8")


def _encode(**settings: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test may have put another one there
            stream.reconfigure(**settings)


def _leave() -> None:
    """Python flushes once more at its end, and has an exit code of its own for what fails then."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        silence()


def _place(error: BaseException) -> str:
    """File and line of ours that it came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    return f"{Path(own[-1].filename).relative_to(PACKAGE)}:{own[-1].lineno}" if own else "its start"
