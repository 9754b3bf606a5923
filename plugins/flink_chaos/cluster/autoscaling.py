"""Whether something adds nodes to the cluster: then a lack of room now is none for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.cluster.resources import Resource

KARPENTER = "karpenter.sh"
AUTOSCALER = "cluster-autoscaler"
STATUS = ("kube-system", "cluster-autoscaler-status")
"""Namespace and name of the ConfigMap in which the autoscaler tells of itself."""


def autoscaler(cluster: Cluster, nodes: Iterable[dict[str, Any]]) -> str:
    """Its name, empty when none is seen. What may not be looked at is not seen."""
    marks = [name for node in nodes for part in ("labels", "annotations") for name in node["metadata"].get(part) or {}]
    if any(name.partition("/")[0].endswith(KARPENTER) for name in marks):
        return "Karpenter"
    if any(name.startswith(AUTOSCALER) for name in marks):
        return AUTOSCALER
    if _is_there(cluster, CUSTOM_RESOURCE_DEFINITIONS, None, f"nodepools.{KARPENTER}"):
        return "Karpenter"
    return AUTOSCALER if _is_there(cluster, CONFIG_MAPS, *STATUS) else ""


def _is_there(cluster: Cluster, resource: Resource, namespace: str | None, name: str) -> bool:
    try:
        return cluster.get(resource, namespace, name) is not None
    except ClusterError:
        return False
