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
from flink_chaos.model.plan import RUN_LABEL
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
    if run.plan.fault.aim == "node":
        _warn_of_drain(run.plan, drained(filled, _hit(run.plan, filled)))
    return f"{len(wanted)} pods fit"


def places_of(cluster: Cluster) -> Places:
    """Every node with the pods on it and what it has left."""
    return places(cluster.list(NODES, None), cluster.list(PODS, None))


def drained(where: Places, node: str) -> list[Raw]:
    """Evicted pods that would find no other node when that one is drained; none if all fit.

    Those of others come first, as they may: what they take is not there for the run's own.
    """
    left, evicted = without(where, node)
    evicted.sort(key=lambda pod: RUN_LABEL in _labels(pod))
    return [] if arrange(left, evicted) is not None else list(_homeless(left, evicted))


def _homeless(left: Places, evicted: Sequence[Raw]) -> Iterator[Raw]:
    for pod in evicted:
        placed = arrange(left, [pod])
        if placed is None:
            yield pod
        left = placed or left


def _warn_of_drain(plan: RunPlan, homeless: Sequence[Raw]) -> None:
    ours = [pod["metadata"]["name"] for pod in homeless if plan.labels.items() <= _labels(pod).items()]
    what = f"when the node of {component_of(plan.fault_values)} is drained"
    if ours:
        told = f"the pods fit, but not {what}: {', '.join(ours)} would find no node"
        raise PreflightWarning(f"{told}, and the run would FAIL by its capacity; add a node")
    if homeless:
        theirs = ", ".join(
            f"{pod['metadata'].get('namespace')}/{pod['metadata']['name']}" for pod in homeless[:MOST_NODES]
        )
        raise PreflightWarning(f"the run's pods fit, but {what} {len(homeless)} of others find no node: {theirs}")


def _labels(pod: Raw) -> Raw:
    return pod["metadata"].get("labels") or {}


def _hit(plan: RunPlan, filled: Places) -> str:
    """The node of the component under attack."""
    label, _, name = pod_label(plan).partition("=")
    pods = ((place.name, _labels(pod)) for place in filled.values() for pod in place.pods)
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
