"""Nodes as a run looks at them: whether they are ready, take pods, and are short of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import NODES

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    closed: str = ""
    """Why it takes no new pods, whatever they tolerate; empty if it does, or nothing is known."""


def node(cluster: Cluster, name: str) -> Node | None:
    """The node of that name, None if there is none. Raises ClusterError as `Cluster.get` does."""
    item = cluster.get(NODES, None, name)
    return node_of(item) if item else None


def node_of(item: dict[str, Any]) -> Node:
    """Read a node from the API's object; a Ready that is Unknown is none."""
    conditions = (item.get("status") or {}).get("conditions") or []
    states = {found.get("type", ""): found for found in conditions}
    holding = [name for name, found in states.items() if found.get("status") == "True"]
    schedulable = not (item.get("spec") or {}).get("unschedulable", False)
    pressure = tuple(sorted(name for name in holding if name.endswith(PRESSURE)))
    return Node(
        name=item["metadata"]["name"],
        ready="Ready" in holding,
        schedulable=schedulable,
        pressure=pressure,
        closed="; ".join(_closed(states, pressure, schedulable=schedulable)),
    )


def _closed(states: dict[str, dict[str, Any]], pressure: tuple[str, ...], *, schedulable: bool) -> Iterator[str]:
    """Node problems in words. A node that has not told its state yet is judged by its taints alone."""
    ready = states.get("Ready")
    if not schedulable:
        yield "cordoned"
    if ready is not None and ready.get("status") != "True":
        why = ": ".join(str(ready[key]) for key in ("reason", "message") if ready.get(key))
        yield f"not ready ({why})" if why else "not ready"
    if states.get("NetworkUnavailable", {}).get("status") == "True":
        yield "without network"
    yield from pressure
