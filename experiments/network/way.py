"""What the two ways of delaying have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PROBE_MARK, RELEASED_MARK = 0xFC, 0xFD
"""Marks of packets: our own round trips, which must not pass for the application's, and what was delayed already."""

_PROBE_PACKETS = 4
"""SYN, ACK, FIN, ACK: what one TCP connect and close sends."""


@dataclass(frozen=True)
class Counts:
    """Delayed packets: the application's, and those of our own measurement."""

    packets: int = 0
    probe_packets: int = 0


def probe_packets(probes: int) -> int:
    """Packets that so many round trips send if nothing is lost."""
    return probes * _PROBE_PACKETS


class Way(Protocol):
    """One way to delay."""

    name: str

    def start(self) -> None:
        """Delay from now on. Raises ToolError or OSError if this machine cannot."""

    def revert(self) -> None:
        """Undo what this or an earlier run has done; harmless if there is nothing. Raises ToolError."""

    def counts(self, probes: int) -> Counts:
        """Packets delayed so far, during which `probes` round trips were made."""

    def files(self) -> list[int]:
        """Files that say by being readable that `serve` has work."""

    def serve(self) -> float | None:
        """Do what is due. Returns the seconds until there is more, None if that is not known."""
