"""Calls to Kubernetes about nodes: what `kubectl cordon`, `drain` and `uncordon` do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from kubernetes import client

from experiments.pods import controller_of, read_pod

if TYPE_CHECKING:
    from experiments.targets import Pod

CORDONED_BY = "flink-chaos.io/cordoned-by"
"""Annotation of a node: the ChaosResult whose run has cordoned it. Tells our residue from somebody's maintenance."""

NOT_FOUND, CONFLICT, TOO_MANY_REQUESTS = 404, 409, 429


@dataclass(frozen=True)
class Node:
    """What a fault needs to know of a node."""

    name: str
    unschedulable: bool = False
    cordoned_by: str = ""


class Eviction(Enum):
    """Answer to an eviction."""

    ACCEPTED = auto()
    BLOCKED = auto()
    """By a PodDisruptionBudget, for now."""

    GONE = auto()


class Nodes:
    """Nodes and the pods on them; needs rights in the whole cluster."""

    def __init__(self, core: client.CoreV1Api) -> None:
        self._core = core

    def labelled(self, label: str) -> set[str]:
        """Names of the nodes that carry `label`."""
        return {node.metadata.name for node in self._core.list_node(label_selector=label).items}

    def get(self, name: str) -> Node | None:
        """One node, or None if there is none of that name."""
        try:
            node = self._core.read_node(name)
        except client.ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise
        owner = (node.metadata.annotations or {}).get(CORDONED_BY, "")
        return Node(name, unschedulable=bool(node.spec.unschedulable), cordoned_by=owner)

    def cordon(self, name: str, by: str) -> None:
        """Take no new pods, and say for which ChaosResult."""
        self._core.patch_node(name, _cordon(by, unschedulable=True))

    def uncordon(self, name: str) -> None:
        """Take pods again. Harmless if the node does so already."""
        self._core.patch_node(name, _cordon(None, unschedulable=None))

    def pods(self, name: str) -> list[Pod]:
        """All pods on a node, the finished ones too; their owners are the controllers that stand in the pods."""
        listed = self._core.list_pod_for_all_namespaces(field_selector=f"spec.nodeName={name}").items
        return [read_pod(pod, controller_of(pod)) for pod in listed]

    def evict(self, pod: Pod) -> Eviction:
        """Ask for the eviction of exactly this pod (by UID), with its own grace period."""
        meta = client.V1ObjectMeta(name=pod.name, namespace=pod.namespace)
        options = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=pod.uid))
        body = client.V1Eviction(metadata=meta, delete_options=options)
        try:
            self._core.create_namespaced_pod_eviction(pod.name, pod.namespace, body)
        except client.ApiException as error:
            if error.status in (NOT_FOUND, CONFLICT):
                return Eviction.GONE
            if error.status == TOO_MANY_REQUESTS:
                return Eviction.BLOCKED
            raise
        return Eviction.ACCEPTED


def _cordon(by: str | None, *, unschedulable: bool | None) -> dict[str, Any]:
    return {"metadata": {"annotations": {CORDONED_BY: by}}, "spec": {"unschedulable": unschedulable}}
