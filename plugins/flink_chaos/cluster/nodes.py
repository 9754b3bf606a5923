"""Nodes as a run looks at them: whether they are ready, take pods, and are short of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import NODES

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster

PRESSURE = "Pressure"
"""MemoryPressure, DiskPressure and PIDPressure end so."""


@dataclass(frozen=True)
class Node:
    """One node at one moment. `pressure` are its conditions of that name that hold."""

    name: str
    ready: bool
    schedulable: bool
    pressure: tuple[str, ...] = ()


def node(cluster: Cluster, name: str) -> Node | None:
    """The node of that name, None if there is none. Raises ClusterError as `Cluster.get` does."""
    item = cluster.get(NODES, None, name)
    return node_of(item) if item else None


def node_of(item: dict[str, Any]) -> Node:
    """Read a node from the API's object; a Ready that is Unknown is none."""
    conditions = (item.get("status") or {}).get("conditions") or []
    holding = [found["type"] for found in conditions if found["status"] == "True"]
    return Node(
        name=item["metadata"]["name"],
        ready="Ready" in holding,
        schedulable=not (item.get("spec") or {}).get("unschedulable", False),
        pressure=tuple(sorted(name for name in holding if name.endswith(PRESSURE))),
    )
