"""SIGTERM, sent when somebody stops the engine: it ends the fault, but never in the middle of its revert."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from experiments.errors import AbortedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Shield:
    """Depth of the shields, and whether a signal came behind one.

    A blocked signal would not do: it is delivered to any other thread, and Python then runs its handler all the same.
    """

    depth = 0
    struck = False


def install() -> None:
    """From now on the first SIGTERM raises AbortedError in the main thread; later ones are ignored."""
    _Shield.struck = False
    signal.signal(signal.SIGTERM, _abort)


def _abort(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _Shield.depth:
        _Shield.struck = True
    else:
        raise AbortedError


@contextmanager
def shielded() -> Iterator[None]:
    """Keep a SIGTERM waiting until the block is done."""
    _Shield.depth += 1
    try:
        yield
    finally:
        _Shield.depth -= 1
        if _Shield.struck and not _Shield.depth:
            _Shield.struck = False
            raise AbortedError


@contextmanager
def always(revert: Callable[[], None]) -> Iterator[None]:
    """Run `revert` after the block, whatever happens in it, and whole."""
    done = False
    try:
        try:
            yield
        finally:
            with shielded():
                revert()
                done = True
    except AbortedError:
        # The signal may have come on the way into the shield. No second one can.
        if not done:
            revert()
        raise
