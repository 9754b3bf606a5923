"""Reads a pod of Kubernetes' client into what experiments need of it."""

from __future__ import annotations

from typing import Any

from experiments.targets import Owner, Pod

FINISHED = ("Succeeded", "Failed")
MIRROR = "kubernetes.io/config.mirror"
"""Marks the API's picture of a static pod: nobody but its kubelet can end it."""


def read_pod(pod: Any, owner: Owner | None) -> Pod:
    """What experiments need to know of it."""
    conditions = {condition.type: condition.status for condition in pod.status.conditions or []}
    return Pod(
        name=pod.metadata.name,
        namespace=pod.metadata.namespace,
        uid=pod.metadata.uid,
        labels=pod.metadata.labels or {},
        owner=owner,
        node=pod.spec.node_name or "",
        ready=pod.status.phase == "Running" and conditions.get("Ready") == "True",
        terminating=pod.metadata.deletion_timestamp is not None,
        host_network=bool(pod.spec.host_network),
        mirror=MIRROR in (pod.metadata.annotations or {}),
    )


def controller_of(pod: Any) -> Owner | None:
    """The controller that stands in the pod itself: a ReplicaSet, not its Deployment."""
    owners = [owner for owner in pod.metadata.owner_references or [] if owner.controller]
    return Owner(owners[0].kind.lower(), owners[0].name) if owners else None
