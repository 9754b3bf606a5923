"""Delay by the kernel's own means: tc netem, in the same shape as Litmus builds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from experiments.network.tools import tool
from experiments.network.way import Counts, probe_packets

if TYPE_CHECKING:
    from experiments.network.order import Order
    from experiments.network.traffic import Match

QUEUE = "100000"
"""Packets: netem's own 1000 would drop packets of a busy pod, which nobody has asked for."""

SORTING, DELAYING = "fc1:", "fc2:"
"""Handles by which our queues are known, also those of a run that was killed."""

BANDS, LAST = "4", "fc1:4"
"""No priority leads to the fourth band: only what a filter sends there is delayed. Litmus' third has other guests."""

SPARED = "fc1:1"


class Netem:
    """A netem queue at the interface's root, or behind filters."""

    name = "netem"

    def __init__(self, order: Order) -> None:
        self._order = order
        self._interface = order.interface
        self._counts = Counts()

    def start(self) -> None:
        """Delay from now on. Raises ToolError if the kernel has no netem."""
        delay = ["delay", f"{self._order.latency}ms", f"{self._order.jitter}ms", "limit", QUEUE]
        traffic = self._order.traffic
        if len(traffic.hit) == 1 and not (traffic.hit[0].address or traffic.hit[0].port or traffic.spared):
            self._tc("qdisc", "replace", "root", "handle", DELAYING, "netem", *delay)
            return
        self._tc("qdisc", "replace", "root", "handle", SORTING, "prio", "bands", BANDS)
        self._tc("qdisc", "replace", "parent", LAST, "handle", DELAYING, "netem", *delay)
        for rank, matches, band in (("2", traffic.spared, SPARED), ("3", traffic.hit, LAST)):
            for match in matches:
                self._tc(
                    "filter", "add", "protocol", "ip", "parent", SORTING, "prio", rank, *_u32(match), "flowid", band
                )

    def revert(self) -> None:
        """Give the interface its ordinary queue back; harmless if it has it."""
        if self._netem():
            self._counts = self.counts(0)
        if {SORTING, DELAYING} & {qdisc.get("handle") for qdisc in self._qdiscs()}:
            self._tc("qdisc", "delete", "root")

    def counts(self, probes: int) -> Counts:
        """Packets through netem so far; those of our own round trips are known by their number only."""
        shown = self._netem()
        total = int(shown[0].get("packets", 0)) if shown else self._counts.packets
        own = min(total, probe_packets(probes))
        return Counts(total - own, own)

    def files(self) -> list[int]:
        """No file to wait for: the kernel does it all."""
        return []

    def serve(self) -> float | None:
        """Nothing to do."""
        return None

    def _netem(self) -> list[dict[str, Any]]:
        return [qdisc for qdisc in self._qdiscs() if qdisc.get("kind") == "netem"]

    def _qdiscs(self) -> list[dict[str, Any]]:
        return list(json.loads(tool("tc", "-s", "-j", "qdisc", "show", "dev", self._interface) or "[]"))

    def _tc(self, kind: str, action: str, *rest: str) -> None:
        tool("tc", kind, action, "dev", self._interface, *rest)


def _u32(match: Match) -> list[str]:
    words = ["u32"]
    if match.address or not match.port:
        words += ["match", "ip", "dst", match.address or "0.0.0.0/0"]
    if match.port:
        words += ["match", "ip", match.side.value, str(match.port), "0xffff"]
    return words
