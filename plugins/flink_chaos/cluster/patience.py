"""How long a call that may be repeated is repeated while its system is away: API servers restart, and are busy.

A wait asks again by itself, so each of its questions is asked once. A step that acts once is made patient by whoever
runs it: then a short outage costs seconds, and not the run.
"""

from __future__ import annotations

import itertools
import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from flink_chaos import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


class Patience:
    """Counts from the first failure since something succeeded: several calls share one outage."""

    def __init__(self, seconds: float, writes: float = 0.0) -> None:
        self.seconds, self.writes = seconds, max(seconds, writes)
        self._since: float | None = None

    def succeeded(self) -> None:
        """The outage is over."""
        self._since = None

    def pause(self, attempt: int, at_least: float, most: float, *, writes: bool) -> bool:
        """Sleep before another attempt; False when there is no time for one."""
        now = clock.monotonic()
        self._since = now if self._since is None else self._since
        seconds = max(at_least, min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
        if now - self._since + seconds > min(self.writes if writes else self.seconds, most):
            return False
        clock.sleep(seconds)
        return True


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patient(seconds: float = SECONDS, writes: float = 0.0) -> Iterator[None]:
    """Repeat calls that may be repeated for so long, in this thread; 0 repeats none.

    Those that write are repeated for `writes` seconds at least: a deed whose answer was lost looks otherwise undone.
    """
    token = _patience.set(Patience(seconds, writes))
    try:
        yield
    finally:
        _patience.reset(token)


def repeated(
    act: Callable[[int], T], passing: Callable[[Exception], bool], most: float = math.inf, *, writes: bool = False
) -> T:
    """Call `act` with the number of the attempt until it succeeds, or fails otherwise than in passing, or time is up.

    `most` seconds even where there is more patience. An error's `retry_after` is the least pause.
    """
    patience = _patience.get() or Patience(0.0)
    for attempt in itertools.count():
        try:
            answer = act(attempt)
        except Exception as error:
            least = float(getattr(error, "retry_after", 0.0))
            if not passing(error) or not patience.pause(attempt, least, most, writes=writes):
                raise
        else:
            patience.succeeded()
            return answer
    raise AssertionError  # count() does not end
