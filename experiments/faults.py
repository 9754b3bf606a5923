"""The experiments of this image, by the names of Litmus' hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import node_drain, pod_delete, pod_network_latency

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.run import Run


@dataclass(frozen=True)
class Fault:
    """What runs, and the default of TOTAL_CHAOS_DURATION in seconds."""

    inject: Callable[[Run], None]
    duration: int


FAULTS = {
    "node-drain": Fault(node_drain.inject, node_drain.DURATION),
    "pod-delete": Fault(pod_delete.inject, pod_delete.DURATION),
    "pod-network-latency": Fault(pod_network_latency.inject, pod_network_latency.DURATION),
}
