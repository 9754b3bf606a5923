"""The simulated world: one clock, what happens when, and how often it was asked for something."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TICK = 0.5
"""Seconds between two steps of everything that works all the time."""

LATENCY = 0.002
"""Seconds that an answered request takes."""

LONGEST = 4 * 3600.0
"""No run takes longer: a world beyond it hangs."""


class Killed(BaseException):
    """The process got a SIGKILL: nothing more of it is executed."""


class Endless(BaseException):
    """The run never ends."""


@dataclass
class World:
    """Time, events and the truth about what happened. `now` is in seconds since its beginning."""

    rng: random.Random
    now: float = 0.0
    calls: int = 0
    dead: bool = False
    """Whether the process that runs the test was killed."""
    story: list[str] = field(default_factory=list)
    steps: list[Callable[[], None]] = field(default_factory=list)
    """Called every TICK, in this order."""
    on_call: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the name of each call from outside before it is served; may raise."""
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _looks: int = 0
    _next_tick: float = TICK

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Let it happen at that second, or at once if that is past."""
        heapq.heappush(self._events, (max(moment, self.now), next(self._numbers), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Let it happen so many seconds from now."""
        self.at(self.now + seconds, act)

    def advance(self, seconds: float) -> None:
        """Let time pass, with everything that happens meanwhile."""
        until = self.now + seconds
        if until > LONGEST:
            raise Endless
        while (moment := min(self._next_tick, self._events[0][0] if self._events else self._next_tick)) <= until:
            self.now = max(self.now, moment)
            if self._events and self._events[0][0] <= moment:
                heapq.heappop(self._events)[2]()
            else:
                self._next_tick += TICK
                for step in self.steps:
                    step()
        self.now = max(self.now, until)

    def called(self, name: str, takes: float = LATENCY) -> None:
        """Somebody of the process under test asks for something; raises Killed when there is no such process."""
        if self.dead:
            raise Killed
        self.calls += 1
        for hook in self.on_call:
            hook(name)
        self.advance(takes)

    def tell(self, what: str) -> None:
        """Add a line to the story."""
        self.story.append(f"{self.now:7.1f} s  {what}")

    def time(self, seconds: float | None = None) -> datetime:
        """The time of day at that second."""
        return BEGIN + timedelta(seconds=self.now if seconds is None else seconds)

    def ms(self, seconds: float | None = None) -> int:
        """The same, ms since the epoch."""
        return int(self.time(seconds).timestamp() * 1000)

    def stamp(self, seconds: float | None = None) -> str:
        """The same, as Kubernetes writes it."""
        return self.time(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class WorldClock:
    """The clock of the process under test. Each look is a microsecond after the one before: no two facts share a name."""

    world: World

    def now(self) -> datetime:
        """The time of day."""
        self.world._looks += 1
        return self.world.time() + timedelta(microseconds=self.world._looks % 900_000)

    def monotonic(self) -> float:
        """Seconds since the world began."""
        return self.world.now

    def sleep(self, seconds: float) -> None:
        """Let the world go on meanwhile."""
        self.world.called("sleep", seconds)
