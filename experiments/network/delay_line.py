"""Packets that wait until they are due."""

from __future__ import annotations

import heapq
import random
import time
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


Packet = TypeVar("Packet")


class DelayLine(Generic[Packet]):
    """Held packets by the time when they are due; all times in seconds.

    Each packet gets `latency` plus a random part from -`jitter` to `jitter`, evenly spread as netem does it. With
    jitter packets overtake each other, as with netem.
    """

    def __init__(self, latency: float, jitter: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._latency = latency
        self._jitter = jitter
        self._clock = clock
        self._held: list[tuple[float, int, Packet]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, packet: Packet) -> None:
        """Take a packet that came now."""
        delay = self._latency + random.uniform(-self._jitter, self._jitter)  # noqa: S311 - chance, not a secret
        heapq.heappush(self._held, (self._clock() + max(0.0, delay), next(self._order), packet))

    def due(self) -> list[Packet]:
        """Take out the packets whose time has come, the earliest first."""
        now, found = self._clock(), list[Packet]()
        while self._held and self._held[0][0] <= now:
            found.append(heapq.heappop(self._held)[2])
        return found

    def drain(self) -> list[Packet]:
        """Take out all packets, the earliest first."""
        return [heapq.heappop(self._held)[2] for _ in range(len(self._held))]

    def wait(self) -> float | None:
        """Seconds until the next packet is due; None if none is held."""
        return max(0.0, self._held[0][0] - self._clock()) if self._held else None
