"""SIGTERM, sent when somebody stops the engine: it ends the fault, but never in the middle of its revert."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from experiments.errors import AbortedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def install() -> None:
    """From now on the first SIGTERM raises AbortedError in the main thread; later ones are ignored."""
    signal.signal(signal.SIGTERM, _abort)


def _abort(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise AbortedError


@contextmanager
def shielded() -> Iterator[None]:
    """Keep a SIGTERM waiting until the block is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
