"""Ctrl-C, SIGTERM and a terminal that is gone end a command once; what it made is taken away undisturbed."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from flink_chaos.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = "still taking away what the run made; `kill -9` would leave it to `flink-chaos undo --all`"


class _State:
    interrupted = False


def obey() -> None:
    """Let each of these signals end the command with KeyboardInterrupt, the first time.

    One that is ignored, as `nohup` and a shell's background jobs have it, stays so.
    """
    _State.interrupted = False
    for ending in _heeded():
        signal.signal(ending, _end)


def was_interrupted() -> bool:
    """Whether such a signal came: DuckDB, in whose query it may come, raises an error of its own for it."""
    return _State.interrupted


def _heeded() -> list[signal.Signals]:
    return [ending for ending in ENDINGS if signal.getsignal(ending) is not signal.SIG_IGN]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let none of them end what is done inside; each is answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {ending: signal.signal(ending, _answer) for ending in _heeded()}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def _end(*_: object) -> NoReturn:
    """Only once: the next one may come before the removal has begun."""
    _State.interrupted = True
    for ending in _heeded():
        signal.signal(ending, _answer)
    raise KeyboardInterrupt


def _answer(*_: object) -> None:
    say(PATIENCE)
