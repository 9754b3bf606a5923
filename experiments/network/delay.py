"""The program in the target's network namespace: `python -m experiments.network.delay` with the order in its variables.

It writes one line of JSON when the delay is there, every few seconds, and when it is gone. It ends after the order's
duration, on SIGTERM, and when its standard input closes, which is how it learns that its helper is dead.
With argument `revert` it only removes what an earlier one has left.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from experiments.errors import ChaosError
from experiments.network.netem import Netem
from experiments.network.nfqueue import Nfqueue
from experiments.network.order import Order, read_order
from experiments.network.round_trip import RoundTrips
from experiments.network.tools import ToolError
from experiments.variables import Variables

if TYPE_CHECKING:
    from experiments.network.way import Way

LOG = logging.getLogger(__name__)
TELL_SECONDS = 5.0
REVERT_TRIES = 3
PRIORITY = -10


class Delay:
    """One delay from its start to its end."""

    def __init__(self, order: Order, ends: list[int]) -> None:
        self._order = order
        self._ends = ends
        self._way: Way | None = None
        timeout = (order.latency + order.jitter) / 1000 * 2 + 3
        self._trips = RoundTrips(order.endpoints, timeout)

    def run(self) -> None:
        """Delay for the order's duration. Raises ToolError if no way works or the delay cannot be removed."""
        revert(self._order)
        self._trips.measure(self._trips.before)
        try:
            self._way = started(self._order)
            self._trips.start()
            self._tell("injected")
            self._serve()
        finally:
            self._trips.stop()
            _revert_surely(self._way)
        self._trips.measure(self._trips.after)
        self._tell("reverted")

    def _serve(self) -> None:
        end = time.monotonic() + self._order.duration
        tell = time.monotonic() + TELL_SECONDS
        while (now := time.monotonic()) < end:
            if now >= tell:
                self._tell("injected")
                tell = now + TELL_SECONDS
            if self._wait(min(end, tell) - now):
                LOG.info("told to end early")
                return

    def _wait(self, longest: float) -> bool:
        """Serve the way once, wait for more work; true if somebody wants the end."""
        way = self._way
        if way is None:
            return True
        wait = way.serve()
        limit = longest if wait is None else min(longest, wait)
        ready, _, _ = select.select([*self._ends, *way.files()], [], [], max(0.0, limit))
        return any(file in self._ends for file in ready)

    def _tell(self, status: str) -> None:
        if self._way is None:
            return
        counts = self._way.counts(self._trips.during.probes)
        report = {
            "status": status,
            "way": self._way.name,
            "latency": self._order.latency,
            "jitter": self._order.jitter,
            "packets": counts.packets,
            "probePackets": counts.probe_packets,
            "rtt": self._trips.report(),
        }
        print(json.dumps(report), flush=True)


def started(order: Order) -> Way:
    """The first way that works here, at work. Raises ToolError with the reasons if none does."""
    problems = []
    for kind in (Netem, Nfqueue):
        if order.way not in ("auto", kind.name):
            continue
        way = kind(order)
        try:
            way.start()
        except (ToolError, OSError) as error:
            LOG.info("%s does not work here: %s", way.name, error)
            problems.append(f"{way.name}: {error}")
            way.revert()
        else:
            return way
    raise ToolError(f"no way to delay works here: {'; '.join(problems)}")


def revert(order: Order) -> None:
    """Remove what an earlier run has left, whichever way it took. Raises ToolError."""
    for way in (Netem(order), Nfqueue(order)):
        way.revert()


def _revert_surely(way: Way | None) -> None:
    """Three tries, as in Litmus."""
    for last in (False, False, True)[:REVERT_TRIES]:
        try:
            if way:
                way.revert()
        except ToolError as error:
            LOG.error("cannot revert: %s", error)  # noqa: TRY400 - the text says it all
            if last:
                raise
            time.sleep(1)
        else:
            return


def main(arguments: list[str]) -> int:
    """Exit code 1 if the order cannot be read or carried out, or the delay not removed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        order = read_order(Variables(os.environ))
        if arguments == ["revert"]:
            revert(order)
        else:
            _hurry()
            Delay(order, [sys.stdin.fileno(), _end_of_signals()]).run()
    except (ToolError, ChaosError) as error:
        LOG.error("%s", error)  # noqa: TRY400 - the text says it all
        return 1
    return 0


def _hurry() -> None:
    """A packet is late by as long as this program waits for a processor."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)


def _end_of_signals() -> int:
    """File that becomes readable on SIGTERM: an exception could be lost inside the library that calls us back."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    return reading


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
