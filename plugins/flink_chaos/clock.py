"""The one clock by which the package tells times and waits, so that a test can put another in its place."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock(Protocol):
    """What a clock can do."""

    def now(self) -> datetime:
        """The time of day, with time zone."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


class SystemClock:
    """The machine on which the process runs."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let other threads work meanwhile."""
        time.sleep(seconds)


_clock: Clock = SystemClock()


def now() -> datetime:
    """The time of day, UTC."""
    return _clock.now()


def now_ms() -> int:
    """The same, in milliseconds since the epoch."""
    return int(now().timestamp() * 1000)


def monotonic() -> float:
    """Seconds since some moment, for time-outs; never goes back."""
    return _clock.monotonic()


def sleep(seconds: float) -> None:
    """Return when so many seconds have passed."""
    _clock.sleep(seconds)


@contextmanager
def using(clock: Clock) -> Iterator[None]:
    """Tell all times by another clock, in every thread of this process."""
    global _clock  # noqa: PLW0603 - one clock for all is the point
    before, _clock = _clock, clock
    try:
        yield
    finally:
        _clock = before
