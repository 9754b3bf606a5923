"""Sends whole IPv4 packets as they are."""

from __future__ import annotations

import json
import logging
import socket

from experiments.network.tools import tool

LOG = logging.getLogger(__name__)
DESTINATION = slice(16, 20)
"""Where in an IPv4 header the destination stands."""

SEND_BUFFER = 8 << 20
SNDBUFFORCE = 32
"""SO_SNDBUFFORCE, which Python has no name for."""


class RawSender:
    """Packets with a mark of our own, so that no rule takes them again."""

    def __init__(self, interface: str, mark: int) -> None:
        """Raises ToolError if there is no such interface, OSError without CAP_NET_RAW."""
        self._longest = int(json.loads(tool("ip", "-j", "link", "show", "dev", interface))[0]["mtu"])
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        self._socket.setsockopt(socket.SOL_SOCKET, SNDBUFFORCE, SEND_BUFFER)
        self._socket.setblocking(False)

    def fits(self, packet: bytes) -> bool:
        """Whether the packet can be sent in one piece."""
        return 0 < len(packet) <= self._longest

    def send(self, packet: bytes) -> None:
        """Send it. What the machine cannot take now is lost, as on any full line."""
        try:
            self._socket.sendto(packet, (socket.inet_ntoa(packet[DESTINATION]), 0))
        except OSError as error:
            LOG.warning("a packet is lost: %s", error)

    def close(self) -> None:
        """Send nothing more."""
        self._socket.close()
