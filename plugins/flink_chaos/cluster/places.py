"""What each node has room for, counted as the scheduler counts, and which pods would find a place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.affinity import (
    HOSTNAME,
    means,
    node_wanted,
    preferred_terms,
    tolerates,
    unwanted_terms,
    wanted_terms,
)
from flink_chaos.cluster.nodes import node_of
from flink_chaos.cluster.quantities import Amounts, amounts, lacking, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Raw = dict[str, Any]
ENDED = ("Succeeded", "Failed")
MOST_TRIES = 100_000
"""Of looking at a node that may take a pod, before the search for places is given up."""


@dataclass(frozen=True)
class Place:
    """A node that takes pods, with what it has left beside the pods on it; `closed` says why it takes none."""

    name: str
    labels: dict[str, str]
    taints: list[Raw]
    free: Amounts
    whole: Amounts
    closed: str = ""
    pods: list[Raw] = field(default_factory=list)

    def refuses(self, pod: Raw, others: Iterable[Place] = ()) -> str:
        """Why the scheduler would not put the pod here, empty if it would. `others` hold pods of the same zone."""
        if never := self.never_takes(pod):
            return never
        if short := lacking(self.free, requests_of(pod)):
            return f"not enough {' and '.join(sorted(short))}"
        return _company(pod, self, [self, *(other for other in others if other.name != self.name)])

    def never_takes(self, pod: Raw) -> str:
        """Why the node takes no such pod, whatever else is on it; empty if it may."""
        spec = pod.get("spec") or {}
        if self.closed:
            return self.closed
        if taints := [taint for taint in self.taints if not tolerates(spec, taint)]:
            return f"taint {_taint(taints[0])}"
        return "" if node_wanted(spec, self.name, self.labels) else "not among the nodes that the pod selects"

    def with_pod(self, pod: Raw) -> Place:
        """The same with the pod on it."""
        taken = requests_of(pod)
        left = {name: amount - taken.get(name, 0.0) for name, amount in self.free.items()}
        return replace(self, free=left, pods=[*self.pods, pod])

    @cached_property
    def picky(self) -> list[Raw]:
        """Pods on it that do not bear some others."""
        return [pod for pod in self.pods if unwanted_terms(pod)]

    def is_near(self, other: Place, term: Raw) -> bool:
        """Whether both are one place to that term of an affinity: the same host, zone or whatever it names."""
        key = str(term.get("topologyKey") or HOSTNAME)
        own = self._topology(key)
        return own is not None and own == other._topology(key)

    def _topology(self, key: str) -> str | None:
        """A node without the label is its own host."""
        return self.labels.get(key, self.name if key == HOSTNAME else None)


def places(nodes: Iterable[Raw], pods: Iterable[Raw]) -> dict[str, Place]:
    """All nodes by name with the pods on them: one that is terminating still takes room, one that ended takes none."""
    found = {node["metadata"]["name"]: _place(node) for node in nodes}
    for pod in pods:
        name, phase = (pod.get("spec") or {}).get("nodeName"), (pod.get("status") or {}).get("phase")
        if name in found and phase not in ENDED:
            found[name] = found[name].with_pod(pod)
    return found


def arrange(where: dict[str, Place], pods: Sequence[Raw]) -> dict[str, Place] | None:
    """The nodes with all these pods on them, None when some find no place.

    Tried as the scheduler prefers: beside whom a pod would like to be, then where the most is left. If a pod then finds
    none, the ones before it are tried elsewhere, as long as MOST_TRIES last.
    """
    wanted = [(pod, [name for name, place in where.items() if not place.never_takes(pod)]) for pod in pods]
    return _arranged(where, wanted, [MOST_TRIES])


def without(where: dict[str, Place], name: str) -> tuple[dict[str, Place], list[Raw]]:
    """The nodes but that one, and the pods that a drain of it evicts: not those of DaemonSets, nor the node's own."""
    kept = {other: place for other, place in where.items() if other != name}
    return kept, [pod for pod in where[name].pods if is_evicted(pod)] if name in where else []


def is_evicted(pod: Raw) -> bool:
    """Whether a drain takes a pod away."""
    metadata = pod["metadata"]
    daemon = any(owner.get("kind") in ("DaemonSet", "Node") for owner in metadata.get("ownerReferences") or [])
    return not daemon and "kubernetes.io/config.mirror" not in (metadata.get("annotations") or {})


def _arranged(
    where: dict[str, Place], wanted: list[tuple[Raw, list[str]]], tries: list[int]
) -> dict[str, Place] | None:
    if not wanted:
        return where
    (first, names), *rest = wanted
    for place in sorted((where[name] for name in names), key=lambda place: _liked(first, place), reverse=True):
        tries[0] -= 1
        if tries[0] < 0:
            return None
        if not place.refuses(first, where.values()):
            found = _arranged({**where, place.name: place.with_pod(first)}, rest, tries)
            if found is not None:
                return found
    return None


def _liked(pod: Raw, place: Place) -> tuple[int, float]:
    weight = sum(w for w, term in preferred_terms(pod) if any(means(term, pod, other) for other in place.pods))
    left = [place.free.get(name, 0.0) / place.whole[name] for name in ("cpu", "memory") if place.whole.get(name)]
    return weight, sum(left)


def _place(node: Raw) -> Place:
    seen, spec, metadata = node_of(node), node.get("spec") or {}, node["metadata"]
    whole = amounts((node.get("status") or {}).get("allocatable"))
    return Place(
        name=seen.name,
        labels=metadata.get("labels") or {},
        taints=spec.get("taints") or [],
        free=whole,
        whole=whole,
        closed=seen.closed,
    )


def _company(pod: Raw, place: Place, all_places: list[Place]) -> str:
    """Whether pods nearby forbid the pod, by its words or by their own, or one that it needs is missing."""
    for term in unwanted_terms(pod):
        near = (other for where in _near(place, term, all_places) for other in where.pods)
        if (found := next((other for other in near if means(term, pod, other)), None)) is not None:
            return f"anti-affinity with pod {found['metadata'].get('name', '?')}"
    for where in all_places:
        for other in where.picky:
            if any(place.is_near(where, term) and means(term, other, pod) for term in unwanted_terms(other)):
                return f"anti-affinity of pod {other['metadata'].get('name', '?')}"
    return "" if not _missing(pod, place, all_places) else "no pod that it must be beside is there"


def _missing(pod: Raw, place: Place, all_places: list[Place]) -> bool:
    """Whether a pod that it must be beside is not near; the first of its kind may go anywhere."""
    for term in wanted_terms(pod):
        meant = [where for where in all_places if any(means(term, pod, other) for other in where.pods)]
        if not any(place.is_near(where, term) for where in meant) and (meant or not means(term, pod, pod)):
            return True
    return False


def _near(place: Place, term: Raw, all_places: list[Place]) -> list[Place]:
    return [where for where in all_places if place.is_near(where, term)]


def _taint(taint: Raw) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint.get('effect')}"
