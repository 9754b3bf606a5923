"""Whether pods of the chaos copy find no node because of the fault itself, or because of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.places import Place, arrange, is_evicted
from flink_chaos.model.plan import RUN_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flink_chaos.model.trouble_facts import NodesBefore

Raw = dict[str, Any]
Places = dict[str, Place]


def closed_for(place: Place, pod: Raw) -> str:
    """Why a node takes no such pod however much room it has, empty if it does."""
    return place.refuses({"metadata": pod["metadata"], "spec": {**(pod.get("spec") or {}), "containers": []}})


def nodes_before(where: Places, drained: str, pod: Raw) -> dict[str, Any]:
    """Fields of NodesBefore; `pod` is one of the chaos copy."""
    bare = {"metadata": pod["metadata"], "spec": {k: v for k, v in (pod.get("spec") or {}).items() if k != "nodeName"}}
    refusals = {name: closed_for(place, bare) for name, place in where.items() if name != drained}
    evicted = [one for one in (where[drained].pods if drained in where else []) if is_evicted(one)]
    return {
        "drained": drained,
        "closed": {name: why for name, why in refusals.items() if why},
        "open": [name for name, why in refusals.items() if not why],
        "evicted_owners": sorted({uid for one in evicted for uid in _owners(one)}),
    }


def by_others(where: Places, homeless: Sequence[Raw], before: NodesBefore | None) -> list[str]:
    """What others did without which the pods would have found nodes; empty: the fault alone has taken the room."""
    if before is None or not homeless:
        return []
    lost = dict(_lost(where, before, homeless[0]))
    came = [pod for place in where.values() for pod in place.pods if _came(pod, before)]
    others = {
        **{f"node {name} is {why}": [name] for name, why in lost.items()},
        **{f"pod {pod['metadata'].get('namespace')}/{pod['metadata']['name']} came": [] for pod in came},
    }
    if not others or arrange(_as_before(where, before, lost, came), homeless) is None:
        return []
    return list(others)


def _lost(where: Places, before: NodesBefore, pod: Raw) -> Iterator[tuple[str, str]]:
    """Nodes that took pods of the chaos copy, and take none any more or are gone."""
    for name in before.open:
        why = closed_for(where[name], pod) if name in where else "gone"
        if why and "anti-affinity" not in why:
            yield name, why


def _came(pod: Raw, before: NodesBefore) -> bool:
    """Whether somebody else's pod is there since the fault, and not as the successor of one that it evicted."""
    metadata = pod["metadata"]
    if RUN_LABEL in (metadata.get("labels") or {}) or not is_evicted(pod):
        return False
    made = metadata.get("creationTimestamp")
    return bool(made) and datetime.fromisoformat(made) > before.at and not _owners(pod) & set(before.evicted_owners)


def _as_before(where: Places, before: NodesBefore, lost: dict[str, str], came: list[Raw]) -> Places:
    """The nodes as they would be without what others did. One that is gone is taken to have been as large as any."""
    gone = [name for name in lost if name not in where]
    largest = max(where.values(), key=lambda place: place.whole.get("memory", 0.0), default=None)
    kept = {name: _without(place, came) for name, place in where.items() if name != before.drained}
    opened = {name: replace(place, closed="", taints=[]) if name in lost else place for name, place in kept.items()}
    stood = {name: Place(name, {}, [], largest.whole, largest.whole) for name in gone if largest is not None}
    return opened | stood


def _without(place: Place, came: list[Raw]) -> Place:
    bare = replace(place, free=place.whole, pods=[])
    for pod in place.pods:
        if pod not in came:
            bare = bare.with_pod(pod)
    return bare


def _owners(pod: Raw) -> set[str]:
    return {str(owner.get("uid")) for owner in pod["metadata"].get("ownerReferences") or []}
