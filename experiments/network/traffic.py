"""Which packets of a pod a network fault hits: Litmus' variables DESTINATION_* and SOURCE_PORTS, and what they mean."""

from __future__ import annotations

import ipaddress
import logging
import socket
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from experiments.variables import Variables

LOG = logging.getLogger(__name__)
HIGHEST_PORT = 65535


class Side(StrEnum):
    """Which port of a packet is meant; the values are the words of iptables and tc."""

    SOURCE = "sport"
    DESTINATION = "dport"


@dataclass(frozen=True)
class Match:
    """Packets to an IPv4 address or network (empty: any) with a TCP or UDP port (0: any)."""

    address: str = ""
    side: Side = Side.DESTINATION
    port: int = 0


@dataclass(frozen=True)
class Traffic:
    """Packets that are hit, and those that are spared whatever else is said."""

    hit: tuple[Match, ...] = (Match(),)
    spared: tuple[Match, ...] = ()

    def endpoints(self) -> list[tuple[str, int]]:
        """Single destinations with a known port: where the round trip can be measured."""
        single = [match.address for match in self.hit if match.address and "/" not in match.address]
        own = [(match.address, match.port) for match in self.hit if match.address in single and match.port]
        shared = [match.port for match in self.hit if not match.address and match.side is Side.DESTINATION]
        crossed = [(address, port) for address in single for port in shared if port]
        return list(dict.fromkeys(own + crossed))


def read_traffic(variables: Variables, destinations: Sequence[str]) -> Traffic:
    """Traffic to `destinations` (`address` or `address|port|port`) or with the ports of the variables: a union.

    `!80,443` in a variable spares these ports, hits all others, and makes the addresses void, as in Litmus.
    """
    spared: list[Match] = []
    hit = [match for entry in destinations for match in _destination(entry)]
    for side, name in ((Side.SOURCE, "SOURCE_PORTS"), (Side.DESTINATION, "DESTINATION_PORTS")):
        text = variables.text(name)
        ports = [Match(side=side, port=_port(word, name)) for word in text.lstrip("!").split(",") if word.strip()]
        (spared if text.startswith("!") else hit).extend(ports)
    return Traffic((Match(),), tuple(spared)) if spared else Traffic(tuple(hit) or (Match(),))


def destinations_of(variables: Variables, resolve: Callable[[str], list[str]] | None = None) -> list[str]:
    """DESTINATION_IPS and the addresses of DESTINATION_HOSTS, looked up once. Raises ChaosError if none resolves."""
    hosts, found = variables.words("DESTINATION_HOSTS"), list(variables.words("DESTINATION_IPS"))
    for entry in hosts:
        host, bar, ports = entry.partition("|")
        addresses = (resolve or _addresses)(host)
        found += [f"{address}{bar}{ports}" for address in addresses]
        LOG.info("host %s is %s", host, ", ".join(addresses) or "unknown and left out")
    if hosts and not found:
        raise ChaosError(Code.GENERIC, f"variable DESTINATION_HOSTS: none of {', '.join(hosts)} can be resolved")
    return found


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(address[4][0]) for address in found})


def _destination(entry: str) -> list[Match]:
    address, *ports = entry.split("|")
    try:
        network = ipaddress.IPv4Network(address.strip(), strict=False)
    except ValueError as error:
        raise ChaosError(
            Code.GENERIC, f"DESTINATION_IPS has '{entry}': an IPv4 address or network is needed"
        ) from error
    text = str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    return [Match(text, port=_port(port, "DESTINATION_IPS")) for port in ports] or [Match(text)]


def _port(text: str, name: str) -> int:
    if not (text.strip().isdecimal() and 0 < int(text) <= HIGHEST_PORT):
        raise ChaosError(
            Code.GENERIC, f"variable {name} has '{text.strip()}': a port is a number from 1 to {HIGHEST_PORT}"
        )
    return int(text)
