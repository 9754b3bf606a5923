"""Pods as a run looks at them: where they run, whether they are ready, and the end of their logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import ClusterError, refusal
from flink_chaos.cluster.resources import POD_LOGS, PODS
from flink_chaos.model.names import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flink_chaos.cluster.objects import Cluster


MOST_BYTES = 5_000_000
"""Of a log that is read at once: its lines may be of any length."""


@dataclass(frozen=True)
class Pod:
    """One pod at one moment. `node` is "" before it is scheduled; `deleting` means that its end was asked for.

    `image` is what the node runs, by digest where it tells one; "" before a container began. `restarts` counts those of
    its containers.
    """

    name: str
    uid: str
    node: str
    phase: str
    ready: bool
    deleting: bool
    labels: dict[str, str]
    image: str = ""
    restarts: int = 0


def pods(cluster: Cluster, namespace: str | None, labels: Mapping[str, str] | str) -> list[Pod]:
    """Return the pods in `namespace` that carry `labels`, by name."""
    found = [pod_of(item) for item in cluster.list(PODS, namespace, labels)]
    return sorted(found, key=lambda pod: pod.name)


def pod_of(item: dict[str, Any]) -> Pod:
    """Read a pod from the API's object. Raises ClusterError for a name that is none: it becomes a path and a target."""
    metadata, status = item["metadata"], item.get("status") or {}
    conditions = {found.get("type"): found.get("status") for found in status.get("conditions") or []}
    containers = status.get("containerStatuses") or []
    return Pod(
        name=_named(metadata["name"]),
        uid=metadata["uid"],
        node=(item.get("spec") or {}).get("nodeName") or "",
        phase=status.get("phase", "Unknown"),
        ready=conditions.get("Ready") == "True",
        deleting="deletionTimestamp" in metadata,
        labels=dict(metadata.get("labels") or {}),
        image=next((found.get("imageID", "") for found in containers), ""),
        restarts=sum(found.get("restartCount", 0) for found in containers),
    )


def _named(name: object) -> str:
    try:
        return Shape.POD.checked(name)
    except ValueError as error:
        told = f"cannot read a pod: {error}. Check what answers in the API server's place"
        raise ClusterError(told, HTTPStatus.OK, "Invalid") from error


def pod_log(
    cluster: Cluster,
    namespace: str,
    name: str,
    container: str | None = None,
    tail: int = 200,
    *,
    previous: bool = False,
    timed: bool = False,
    since: datetime | None = None,
    most_bytes: int = MOST_BYTES,
) -> str:
    """Return the last `tail` lines of a container's log; `previous` is the run before its last restart.

    `timed` puts before each line when the node wrote it (RFC 3339, nanoseconds). Lines from `since` on, which the API
    takes as whole seconds; what is beyond `most_bytes` is cut, in the middle of a line too.
    Raises ClusterError when there is no such pod, container or previous run.
    """
    query = {
        "tailLines": str(tail),
        "container": container or "",
        "previous": "true" if previous else "",
        "timestamps": "true" if timed else "",
        "sinceTime": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else "",
        "limitBytes": str(most_bytes),
    }
    what = f"read the log of pod {name!r} in namespace {namespace!r}"
    status, text = cluster.send("GET", POD_LOGS.path(namespace, name), what, query=query)
    if status != HTTPStatus.OK:
        raise refusal(what, cluster.server, status, text)
    return text
