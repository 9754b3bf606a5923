"""What a run has in the cluster, found by every way in which Kubernetes, Flink and Litmus name it.

Labels alone do not find all: Flink names what it makes after the deployment, and its ConfigMaps for high availability
have no owner; Litmus marks its pods and Jobs with the engine's uid only. A run's key is in the name of each deployment
and engine, and nobody else has it.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    DEPLOYMENTS,
    FLINK_DEPLOYMENTS,
    JOBS,
    PODS,
    REPLICA_SETS,
    SERVICES,
)
from flink_chaos.model.facts import FaultStarted
from flink_chaos.model.plan import RUN_LABEL

if TYPE_CHECKING:
    from collections.abc import Collection

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.remains import Remains

Raw = dict[str, Any]
FLINK_KINDS = (DEPLOYMENTS, REPLICA_SETS, SERVICES, CONFIG_MAPS, PODS)
"""Kinds that Flink and its operator make for a FlinkDeployment."""

ALL_KINDS = (CHAOS_ENGINES, CHAOS_RESULTS, FLINK_DEPLOYMENTS, JOBS, *FLINK_KINDS)
CHAOS_UID = "chaosUID"
ENDED = ("Succeeded", "Failed")
FINALIZED_BY = {FLINK_DEPLOYMENTS: "the Flink operator", CHAOS_ENGINES: "Litmus' operator"}


def owned(run: Remains, resource: Resource, uids: Collection[str] = ()) -> list[Raw]:
    """Objects of that kind that belong to the run, with their metadata only.

    `uids` are those of its engine. None if the cluster does not know the kind.
    """
    try:
        found = run.cluster.list(resource, run.namespace, metadata_only=True)
    except ClusterError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return []
        raise
    return [item for item in found if belongs(item, run.key, uids)]


def belongs(item: Raw, key: str, uids: Collection[str] = ()) -> bool:
    """Whether name, labels or owners of an object tell the run."""
    metadata = item["metadata"]
    labels = metadata.get("labels") or {}
    owners = metadata.get("ownerReferences") or []
    if labels.get(RUN_LABEL) == key or (uids and labels.get(CHAOS_UID) in uids):
        return True
    told = [metadata["name"], labels.get("app", ""), *(owner.get("name", "") for owner in owners)]
    return any(bears(name, key) for name in told)


def bears(name: str, key: str) -> bool:
    """Whether the key of the run is a part of that name."""
    return re.search(rf"(^|-){re.escape(key)}(-|$)", name) is not None


def engine_uids(run: Remains) -> set[str]:
    """By which Litmus marks what it makes: told by the journal, the engine and its result, as long as one is there."""
    started = run.journal.last(FaultStarted)
    engines, results = (owned(run, kind) for kind in (CHAOS_ENGINES, CHAOS_RESULTS))
    told = [(result["metadata"].get("labels") or {}).get(CHAOS_UID, "") for result in results]
    return {started.uid if started else "", *(engine["metadata"]["uid"] for engine in engines), *told} - {""}


def left(run: Remains) -> list[str]:
    """What is still in the cluster, in words."""
    uids = engine_uids(run)
    return [told(kind, item) for kind in ALL_KINDS for item in owned(run, kind, uids)]


def is_litmus(item: Raw, uids: Collection[str]) -> bool:
    """Whether a pod is one of Litmus' own."""
    return (item["metadata"].get("labels") or {}).get(CHAOS_UID) in uids


def has_ended(run: Remains, pod: Raw) -> bool:
    """Whether a pod has done what it was there for; one that is gone has."""
    found = run.cluster.get(PODS, run.namespace, pod["metadata"]["name"]) or {"status": {"phase": ENDED[0]}}
    return (found.get("status") or {}).get("phase") in ENDED


def told(resource: Resource, item: Raw) -> str:
    """`kind/name`, and for whom it waits if it is to go and may not."""
    metadata = item["metadata"]
    name = f"{resource.plural}/{metadata['name']}"
    if not metadata.get("deletionTimestamp") or not metadata.get("finalizers"):
        return name
    remedy = f": does {FINALIZED_BY[resource]} run?" if resource in FINALIZED_BY else ""
    return f"{name} (waits for its finalizer {', '.join(metadata['finalizers'])}{remedy})"
