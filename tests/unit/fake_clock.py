"""A clock that stands still until somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TICK = timedelta(microseconds=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Each look at the time of day is a microsecond after the one before, so that no two facts have one name."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.begin, self.at = begin, begin

    @property
    def passed(self) -> float:
        """Seconds slept."""
        return round((self.at - self.begin).total_seconds(), 3)

    def now(self) -> datetime:
        self.at += TICK
        return self.at

    def monotonic(self) -> float:
        return (self.at - self.begin).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
