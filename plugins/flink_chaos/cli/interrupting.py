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


def obey() -> None:
    """Let each of these signals end the command with KeyboardInterrupt, the first time."""
    for ending in ENDINGS:
        signal.signal(ending, _end)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let none of them end what is done inside; each is answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {ending: signal.signal(ending, _answer) for ending in ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def _end(*_: object) -> NoReturn:
    """Only once: the next one may come before the removal has begun."""
    for ending in ENDINGS:
        signal.signal(ending, _answer)
    raise KeyboardInterrupt


def _answer(*_: object) -> None:
    say(PATIENCE)
