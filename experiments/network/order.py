"""What the experiment orders from its helper, and the helper from the program in the pod's network namespace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.network.traffic import Traffic, destinations_of, read_traffic

if TYPE_CHECKING:
    from experiments.variables import Variables

WAYS = ("auto", "netem", "nfqueue")
ENDPOINTS = 5
"""More destinations than this are not measured: one round over them has to stay short."""


@dataclass(frozen=True)
class Order:
    """A delay: milliseconds for latency and jitter, seconds for the duration."""

    latency: int
    jitter: int
    duration: int
    interface: str
    way: str
    traffic: Traffic
    endpoints: tuple[tuple[str, int], ...]


def read_order(variables: Variables) -> Order:
    """The order in the variables of the experiment or its helper. Raises ChaosError that names the variable."""
    traffic = read_traffic(variables, destinations_of(variables))
    return Order(
        latency=variables.number("NETWORK_LATENCY", 2000),
        jitter=variables.number("JITTER", 0),
        duration=variables.number("TOTAL_CHAOS_DURATION", 60),
        interface=variables.text("NETWORK_INTERFACE", "eth0"),
        way=variables.choice("DELAY_WAY", *WAYS),
        traffic=traffic,
        endpoints=tuple(traffic.endpoints()[:ENDPOINTS]),
    )
