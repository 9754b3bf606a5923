"""How long a TCP connect takes: felt by whoever is in the same network namespace."""

from __future__ import annotations

import errno
import socket
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from experiments.network.way import PROBE_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Endpoint = tuple[str, int]

ALONE = 3
"""Measurements before and after."""

PAUSE = 0.5
"""Seconds between two rounds during the fault."""

QUICK = 2.0
"""Seconds to wait for an answer without the fault."""


def connect_time(endpoint: Endpoint, timeout: float) -> float | None:
    """Milliseconds until the endpoint accepts or refuses a connection; None if it does neither in `timeout` s."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, PROBE_MARK)
        connection.settimeout(timeout)
        start = time.monotonic()
        try:
            answer = connection.connect_ex(endpoint)
        except OSError:
            return None
        taken = (time.monotonic() - start) * 1000
    return taken if answer in (0, errno.ECONNREFUSED) else None


@dataclass
class Samples:
    """Round trips in ms in one part of the run; None stands for no answer."""

    taken: dict[Endpoint, list[float | None]] = field(default_factory=dict)

    def add(self, endpoint: Endpoint, milliseconds: float | None) -> None:
        """One more."""
        self.taken.setdefault(endpoint, []).append(milliseconds)

    def of(self, endpoint: Endpoint) -> dict[str, float | int | None]:
        """Median, least and most of an endpoint, how many there were, and how many got no answer."""
        every = list(self.taken.get(endpoint, []))
        answered = [value for value in every if value is not None]
        lost = {"count": len(every), "lost": len(every) - len(answered)}
        if not answered:
            return {"median": None, "min": None, "max": None, **lost}
        least, middle, most = (round(value, 2) for value in (min(answered), median(answered), max(answered)))
        return {"median": middle, "min": least, "max": most, **lost}

    @property
    def probes(self) -> int:
        """Round trips made."""
        return sum(len(values) for values in self.taken.values())


class RoundTrips:
    """Round trips to some endpoints before, during and after a fault; `timeout` (s) is for the time of the fault."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        timeout: float,
        measure: Callable[[Endpoint, float], float | None] = connect_time,
    ) -> None:
        self._endpoints = endpoints
        self._timeout = timeout
        self._measure = measure
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._during, daemon=True)
        self.before, self.during, self.after = Samples(), Samples(), Samples()

    def measure(self, into: Samples) -> None:
        """Measure each endpoint some times, one after the other."""
        for endpoint in self._endpoints:
            for _ in range(ALONE):
                into.add(endpoint, self._measure(endpoint, QUICK))

    def start(self) -> None:
        """Measure beside the fault from now on."""
        self._thread.start()

    def stop(self) -> None:
        """No more of it; one that is under way does not count."""
        self._stop.set()

    def report(self) -> list[dict[str, object]]:
        """One entry for each endpoint."""
        parts = {"before": self.before, "during": self.during, "after": self.after}
        return [
            {"endpoint": f"{host}:{port}", **{name: part.of((host, port)) for name, part in parts.items()}}
            for host, port in self._endpoints
        ]

    def _during(self) -> None:
        while not self._stop.is_set():
            for endpoint in self._endpoints:
                taken = self._measure(endpoint, self._timeout)
                if not self._stop.is_set():
                    self.during.add(endpoint, taken)
            self._stop.wait(PAUSE)
