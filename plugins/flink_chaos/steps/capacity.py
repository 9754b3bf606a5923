"""Whether the cluster has room for what a run deploys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import NODES, PODS
from flink_chaos.model.base import Component

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.model.pipeline import Resource
    from flink_chaos.steps.run import Run

UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "m": 1e-3}
FLINK_UNITS = {"m": 2**20, "g": 2**30}
ENDED = ("Succeeded", "Failed")
Room = tuple[float, float]
"""Cores and bytes."""


def quantity(text: object) -> float:
    """A Kubernetes quantity as a number: `300m` is 0.3, `1Gi` is 2**30."""
    value = str(text)
    unit = next((unit for unit in UNITS if value.endswith(unit)), "")
    return float(value.removesuffix(unit)) * UNITS.get(unit, 1)


def room_for(run: Run) -> str:
    """Say that every pod of the run finds a node. Raises ValueError naming what is missing."""
    rooms = free_rooms(run.cluster)
    wanted = sorted(_pods(run), key=lambda room: room[1], reverse=True)
    left = place(rooms, wanted)
    if left is None:
        asked = f"{sum(c for c, _ in wanted):.1f} cores and {sum(m for _, m in wanted) / 2**30:.1f} GiB"
        free = ", ".join(f"{name}: {cpu:.1f} cores, {memory / 2**30:.1f} GiB" for name, (cpu, memory) in rooms.items())
        raise ValueError(f"{len(wanted)} pods ask for {asked}; free is {free}. Free some room or ask for smaller pods.")
    return f"{len(wanted)} pods fit"


def place(rooms: dict[str, Room], wanted: Iterable[Room]) -> dict[str, Room] | None:
    """First fit of the wanted pods; what is left of each node, or None when a pod finds no place."""
    left = dict(rooms)
    for cpu, memory in wanted:
        name = next((n for n, (c, m) in left.items() if c >= cpu and m >= memory), None)
        if name is None:
            return None
        left[name] = (left[name][0] - cpu, left[name][1] - memory)
    return left


def _pods(run: Run) -> list[Room]:
    loader = run.plan.pipeline.loader
    copies = [run.plan.resource(component) for component in Component] * len(run.plan.copies)
    return [_flink(resource) for resource in (*copies, loader.job_manager, loader.task_manager)]


def _flink(resource: Resource) -> Room:
    memory = resource.memory.lower().removesuffix("b")
    return resource.cpu, float(memory[:-1]) * FLINK_UNITS[memory[-1]]


def free_rooms(cluster: Cluster) -> dict[str, Room]:
    """What each schedulable node has left beside the requests of its pods."""
    nodes = [node for node in cluster.list(NODES, None) if not (node.get("spec") or {}).get("unschedulable")]
    rooms = {n["metadata"]["name"]: _room(n["status"]["allocatable"]) for n in nodes}
    for pod in cluster.list(PODS, None):
        name, phase = pod["spec"].get("nodeName"), (pod.get("status") or {}).get("phase")
        if name in rooms and phase not in ENDED:
            cpu, memory = _requests(pod)
            rooms[name] = (rooms[name][0] - cpu, rooms[name][1] - memory)
    return rooms


def _requests(pod: dict[str, Any]) -> Room:
    asked = [(c.get("resources") or {}).get("requests") or {} for c in pod["spec"]["containers"]]
    rooms = [_room(requests) for requests in asked]
    return sum(cpu for cpu, _ in rooms), sum(memory for _, memory in rooms)


def _room(resources: dict[str, Any]) -> Room:
    return quantity(resources.get("cpu", 0)), quantity(resources.get("memory", 0))
