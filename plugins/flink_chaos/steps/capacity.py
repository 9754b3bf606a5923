"""Whether the cluster has room for what a run deploys, and for what a drain of a node moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.autoscaling import autoscaler
from flink_chaos.cluster.places import Place, arrange, places, without
from flink_chaos.cluster.quantities import Amounts, added, quantity, requests_of
from flink_chaos.cluster.resources import NODES, PODS
from flink_chaos.litmus.engine import pod_label
from flink_chaos.model.fault import component_of
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.wanted import wanted_pods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.steps.run import Run

__all__ = ["drained", "places_of", "quantity", "room_for"]

Raw = dict[str, Any]
Places = dict[str, Place]
MOST_NODES = 10
"""So many are named in a message."""


def room_for(run: Run) -> str:
    """Say that every pod of the run finds a node, and finds another one when its own is drained.

    Raises ValueError naming what is missing, PreflightWarning where nodes may be added, or where only the drain has no
    room: then the run shows it.
    """
    nodes = run.cluster.list(NODES, None)
    where, wanted = places(nodes, run.cluster.list(PODS, None)), wanted_pods(run.plan)
    filled = arrange(where, wanted)
    if filled is None:
        message, scaled = _no_room(where, wanted), autoscaler(run.cluster, nodes)
        if scaled:
            raise PreflightWarning(f"{message} {scaled} may add nodes, if it is allowed to.")
        raise ValueError(message)
    if run.plan.fault.aim == "node" and (homeless := drained(filled, _hit(run.plan, filled))):
        raise PreflightWarning(
            f"{len(wanted)} pods fit, but not when the node of {component_of(run.plan.fault_values)} is drained: "
            f"{', '.join(homeless)} would find no node, and the run would FAIL by its capacity; add a node"
        )
    return f"{len(wanted)} pods fit"


def places_of(cluster: Cluster) -> Places:
    """Every node with the pods on it and what it has left."""
    return places(cluster.list(NODES, None), cluster.list(PODS, None))


def drained(where: Places, node: str) -> list[str]:
    """Names of evicted pods that would find no other node when that one is drained; none if all fit."""
    left, evicted = without(where, node)
    if arrange(left, evicted) is not None:
        return []
    return sorted(_homeless(left, evicted)) or sorted(pod["metadata"]["name"] for pod in evicted)


def _homeless(left: Places, evicted: Sequence[Raw]) -> Iterator[str]:
    for pod in evicted:
        placed = arrange(left, [pod])
        if placed is None:
            yield pod["metadata"]["name"]
        left = placed or left


def _hit(plan: RunPlan, filled: Places) -> str:
    """The node of the component under attack."""
    label, _, name = pod_label(plan).partition("=")
    pods = ((place.name, pod["metadata"].get("labels") or {}) for place in filled.values() for pod in place.pods)
    return next(node for node, labels in pods if labels.get(label) == name)


def _no_room(where: Places, wanted: Sequence[Raw]) -> str:
    free = [f"{name}: {place.closed or _told(place.free)}" for name, place in where.items()]
    more = f" and {len(free) - MOST_NODES} more" if len(free) > MOST_NODES else ""
    listed = ", ".join(free[:MOST_NODES]) or "no node at all"
    asked = _told(added(*(requests_of(pod) for pod in wanted)) | {"pods": math.inf})
    return (
        f"{len(wanted)} pods ask for {asked}; free is {listed}{more}.{_refusals(where.values(), wanted)} "
        "Free some room or ask for smaller pods."
    )


def _refusals(where: Iterable[Place], wanted: Sequence[Raw]) -> str:
    """Why nodes refuse, beside their room: taints, selectors, affinities."""
    found = {f"{place.name}: {why}" for place in where for pod in wanted if (why := place.refuses(pod)) != place.closed}
    told = sorted(one for one in found if "not enough" not in one)[:MOST_NODES]
    return f" Refused by {'; '.join(told)}." if told else ""


def _told(amounts: Amounts) -> str:
    cores, memory = amounts.get("cpu", 0.0), amounts.get("memory", 0.0) / 2**30
    more = f", {pods:.0f} pods" if (pods := amounts.get("pods", math.inf)) < math.inf else ""
    return f"{cores:.1f} cores, {memory:.1f} GiB{more}"
