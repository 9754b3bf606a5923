"""Locks as Kubernetes Leases: atomic by the API server, and without expiry by time.

A run that hangs still holds its topics: only its own release, or a caller that knows it to be gone, may free them.
Its holder renews it, so that everybody can see when somebody was last at work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import LEASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.cluster.objects import Cluster, Object

ATTEMPTS = 10


@dataclass(frozen=True)
class Held:
    """A lock that somebody holds."""

    name: str
    holder: str
    renewed_at: datetime | None
    """When its holder was last at work, by the API server's clock; None where nobody ever told."""

    annotations: Mapping[str, str]


def acquire(
    cluster: Cluster, namespace: str, name: str, holder: str, annotations: Mapping[str, str] | None = None
) -> str | None:
    """Take the lock for `holder`: None when it is ours (now, or already), else who holds it.

    `annotations` tell people about the holder.
    """
    for _ in range(ATTEMPTS):
        lease = cluster.get(LEASES, namespace, name)
        if lease is not None and (present := _holder(lease)):
            return None if present == holder else present
        ours = _held(cluster, lease or _new(namespace, name), holder, annotations)
        if _written(cluster, namespace, ours, new=lease is None):
            return None
    raise _contended("take", cluster, namespace, name)


def release(cluster: Cluster, namespace: str, name: str, holder: str) -> bool:
    """Free the lock; False if `holder` does not hold it."""
    for _ in range(ATTEMPTS):
        lease = cluster.get(LEASES, namespace, name)
        if lease is None or _holder(lease) != holder:
            return False
        metadata = lease["metadata"]
        version = metadata["resourceVersion"]
        if cluster.delete(LEASES, namespace, name, metadata["uid"], resource_version=version):
            return True
    raise _contended("free", cluster, namespace, name)


def take_over(
    cluster: Cluster,
    namespace: str,
    name: str,
    old_holder: str,
    new_holder: str,
    annotations: Mapping[str, str] | None = None,
) -> bool:
    """Hand the lock from a holder that is gone to another; False if `old_holder` does not hold it (any more).

    `annotations` replace what was told about the holder that is gone.
    """
    for attempt in range(ATTEMPTS):
        lease = cluster.get(LEASES, namespace, name)
        if lease is None or _holder(lease) != old_holder:
            return bool(attempt and lease and _holder(lease) == new_holder)  # ours, though its answer was lost
        if _written(cluster, namespace, _held(cluster, lease, new_holder, annotations), new=False):
            return True
    raise _contended("take over", cluster, namespace, name)


def renew(
    cluster: Cluster, namespace: str, name: str, holder: str, annotations: Mapping[str, str] | None = None
) -> bool:
    """Tell that the holder is at work, and these annotations beside the others; False if `holder` does not hold it."""
    for _ in range(ATTEMPTS):
        lease = cluster.get(LEASES, namespace, name)
        if lease is None or _holder(lease) != holder:
            return False
        if _written(cluster, namespace, _noted(lease, annotations or {}, renewTime=_now(cluster)), new=False):
            return True
    raise _contended("renew", cluster, namespace, name)


def all_held(cluster: Cluster, namespace: str) -> list[Held]:
    """Every lock of the namespace that has a holder, whoever made it."""
    return [_as_held(lease) for lease in cluster.list(LEASES, namespace) if _holder(lease)]


def _as_held(lease: Object) -> Held:
    metadata = lease["metadata"]
    told = lease["spec"].get("renewTime") or lease["spec"].get("acquireTime")
    renewed = datetime.fromisoformat(told) if told else None
    return Held(metadata["name"], _holder(lease) or "", renewed, metadata.get("annotations") or {})


def holder_of(cluster: Cluster, namespace: str, name: str) -> str | None:
    """Return who holds the lock, or None."""
    lease = cluster.get(LEASES, namespace, name)
    return None if lease is None else _holder(lease)


def _holder(lease: Object) -> str | None:
    return (lease.get("spec") or {}).get("holderIdentity") or None


def _new(namespace: str, name: str) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}


def _held(cluster: Cluster, lease: Object, holder: str, annotations: Mapping[str, str] | None) -> Object:
    """Return the lease as `holder`'s; one that was read keeps its resourceVersion, which makes the write atomic."""
    before = (lease.get("spec") or {}).get("leaseTransitions") or 0
    changes, now = before + ("resourceVersion" in lease["metadata"]), _now(cluster)
    given = annotations or {}
    return _noted(lease, given, holderIdentity=holder, acquireTime=now, renewTime=now, leaseTransitions=changes)


def _noted(lease: Object, annotations: Mapping[str, str], **spec: object) -> Object:
    """The lease with these annotations and fields beside its others."""
    metadata = {**lease["metadata"], "annotations": {**(lease["metadata"].get("annotations") or {}), **annotations}}
    return {**lease, "metadata": metadata, "spec": {**(lease.get("spec") or {}), **spec}}


def _now(cluster: Cluster) -> str:
    """As Kubernetes writes a MicroTime."""
    return cluster.now().isoformat(timespec="microseconds").replace("+00:00", "Z")


def _written(cluster: Cluster, namespace: str, lease: Object, *, new: bool) -> bool:
    try:
        if new:
            cluster.create(LEASES, namespace, lease)
        else:
            cluster.replace(LEASES, lease)
    except ClusterError as error:
        if error.status in (HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND):
            return False
        raise
    return True


def _contended(verb: str, cluster: Cluster, namespace: str, name: str) -> ClusterError:
    return ClusterError(
        f"cannot {verb} the lock {name!r} in namespace {namespace!r} at {cluster.server}: it changed {ATTEMPTS} times "
        "while we tried. See who writes this Lease",
        HTTPStatus.CONFLICT,
        "Conflict",
    )
