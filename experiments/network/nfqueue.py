"""Delay without netem: iptables hands the packets to this process, which sends them when they are due.

It sends copies by a raw socket and lets the kernel drop the originals. An original that is held counts as not sent by
its TCP socket, which then stops after two of them (TCP small queues): 10 MB at 20 ms took more than 30 s.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from experiments.network.delay_line import DelayLine
from experiments.network.netlink_queue import NetlinkQueue, Packet
from experiments.network.raw_sender import RawSender
from experiments.network.tools import ToolError, succeeds, tool
from experiments.network.way import PROBE_MARK, RELEASED_MARK, Counts

if TYPE_CHECKING:
    from experiments.network.order import Order
    from experiments.network.traffic import Match

LOG = logging.getLogger(__name__)
CHAIN = "FLINK-CHAOS"
PROGRAMS = ("iptables-legacy", "iptables-nft")
"""Some kernels know NFQUEUE only by one of them."""

QUEUE = 252
TARGET = ("-j", "NFQUEUE", "--queue-num", str(QUEUE), "--queue-bypass")
"""Without a process at the queue packets pass as if there was no rule."""


class Nfqueue:
    """A chain of our own in the pod's OUTPUT, and the queue behind it."""

    name = "nfqueue"

    def __init__(self, order: Order) -> None:
        self._order = order
        self._line = DelayLine[Packet](order.latency / 1000, order.jitter / 1000)
        self._queue: NetlinkQueue | None = None
        self._sender: RawSender | None = None
        self._packets = 0
        self._probe_packets = 0

    def start(self) -> None:
        """Delay from now on; the queue comes first, so that nothing passes undelayed once the rules are there."""
        self._sender = RawSender(self._order.interface, RELEASED_MARK)
        self._queue = NetlinkQueue(QUEUE, self._take)
        problems = []
        for program in PROGRAMS:
            try:
                self._add(program)
            except ToolError as error:
                problems.append(str(error))
            else:
                return
        raise ToolError("; ".join(problems))

    def revert(self) -> None:
        """Remove the rules, then let go what is held. Raises ToolError if a rule stays."""
        left = [program for program in PROGRAMS if not _removed(program)]
        self._let_go()
        if left:
            raise ToolError(f"{', '.join(left)}: chain {CHAIN} stays")

    def _let_go(self) -> None:
        if self._queue:
            self._queue.receive()
            self._release(self._line.drain())
            self._queue.close()
        if self._sender:
            self._sender.close()
        self._queue = self._sender = None

    def counts(self, _probes: int) -> Counts:
        """Packets taken so far; our own are told apart by their mark."""
        return Counts(self._packets, self._probe_packets)

    def files(self) -> list[int]:
        """The queue's netlink socket."""
        return [self._queue.fileno()] if self._queue else []

    def serve(self) -> float | None:
        """Take what waits and send on what is due."""
        if not self._queue:
            return None
        self._queue.receive()
        self._release(self._line.due())
        return self._line.wait()

    def _release(self, packets: list[Packet]) -> None:
        for packet in packets:
            if self._sender and self._sender.fits(packet.content):
                self._sender.send(packet.content)
            elif self._queue:
                self._queue.accept(packet)

    def _take(self, packet: Packet) -> None:
        self._line.hold(packet)
        if self._queue and self._sender and self._sender.fits(packet.content):
            self._queue.drop(packet)
        if packet.mark == PROBE_MARK:
            self._probe_packets += 1
        else:
            self._packets += 1

    def _add(self, program: str) -> None:
        traffic = self._order.traffic
        _iptables(program, "-N", CHAIN)
        _iptables(program, "-A", CHAIN, "-m", "mark", "--mark", str(RELEASED_MARK), "-j", "RETURN")
        rules = [(match, ("-j", "RETURN")) for match in traffic.spared] + [(match, TARGET) for match in traffic.hit]
        for match, target in rules:
            for words in _matches(match):
                _iptables(program, "-A", CHAIN, *words, *target)
        _iptables(program, "-I", "OUTPUT", "-o", self._order.interface, "-j", CHAIN)


def _matches(match: Match) -> list[list[str]]:
    address = ["-d", match.address] if match.address else []
    if not match.port:
        return [address]
    return [[*address, "-p", protocol, f"--{match.side.value}", str(match.port)] for protocol in ("tcp", "udp")]


def _removed(program: str) -> bool:
    """Whether no rule of ours is left; a program that does not work here has left none."""
    if not succeeds(program, "-w", "-n", "-L", CHAIN):
        return True
    for jump in [line for line in tool(program, "-w", "-S", "OUTPUT").splitlines() if line.endswith(f"-j {CHAIN}")]:
        _iptables(program, "-D", *jump.split()[1:])
    _iptables(program, "-F", CHAIN)
    _iptables(program, "-X", CHAIN)
    return not succeeds(program, "-w", "-n", "-L", CHAIN)


def _iptables(program: str, *words: str) -> None:
    tool(program, "-w", *words)
