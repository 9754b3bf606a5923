"""Reading and writing objects as plain dictionaries, with every failure as one clear line."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from flink_chaos.cluster.errors import UNREACHABLE, ClusterError, is_passing
from flink_chaos.cluster.patience import repeated
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_EXPERIMENTS,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    CUSTOM_RESOURCE_DEFINITIONS,
    DEPLOYMENTS,
    EVENTS,
    FLINK_DEPLOYMENTS,
    JOBS,
    LEASES,
    NODES,
    PODS,
    SELF_SUBJECT_ACCESS_REVIEWS,
    Resource,
)
from flink_chaos.cluster.transport import ACCEPT, Call, Object, Transport
from flink_chaos.model.names import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CHAOS_ENGINES",
    "CHAOS_EXPERIMENTS",
    "CHAOS_RESULTS",
    "CONFIG_MAPS",
    "CUSTOM_RESOURCE_DEFINITIONS",
    "DEPLOYMENTS",
    "EVENTS",
    "FLINK_DEPLOYMENTS",
    "JOBS",
    "LEASES",
    "NODES",
    "PODS",
    "SELF_SUBJECT_ACCESS_REVIEWS",
    "Cluster",
    "ClusterError",
    "Object",
    "Resource",
    "selector",
]

Objects = list[Object]

FIELD_MANAGER = "flink-chaos"
OURS = {"fieldManager": FIELD_MANAGER}
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
PAGE = 500
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json"
ALREADY_EXISTS = "AlreadyExists"


class Cluster(Transport):
    """The objects of one cluster. Every request takes at most `timeout` seconds; failures are ClusterError.

    What fails in passing is sent again, as long as `cluster.patience` says. An answer may be lost after its deed: what
    is then found done in our own words was done by us.
    """

    def get(self, resource: Resource, namespace: str | None, name: str) -> Object | None:
        """Return the object, or None if there is none."""
        what = f"get {_where(resource, namespace, name)}"
        try:
            return self.answer(Call("GET", resource.path(namespace, name), what))
        except ClusterError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def list(
        self,
        resource: Resource,
        namespace: str | None,
        labels: Mapping[str, str] | str = "",
        fields: str = "",
        *,
        metadata_only: bool = False,
    ) -> list[Object]:
        """Return the objects in `namespace` (None: in all) that carry `labels` and fit the field selector `fields`.

        `metadata_only` lets the server leave out everything else: names are wanted, not the contents of ConfigMaps.
        """
        accept = METADATA_ONLY if metadata_only else ACCEPT
        query = {"limit": str(PAGE), "labelSelector": selector(labels), "fieldSelector": fields}
        try:
            return self._pages(resource, namespace, dict(query), accept)
        except ClusterError as error:
            if error.status != HTTPStatus.GONE:
                raise
            return self._pages(resource, namespace, query | {"limit": ""}, accept)  # compacted meanwhile: all at once

    def _pages(self, resource: Resource, namespace: str | None, query: dict[str, str], accept: str) -> Objects:
        found: Objects = []
        while True:
            what = f"list {_where(resource, namespace)}"
            page = self.answer(Call("GET", resource.path(namespace), what, query=query, accept=accept))
            found += page.get("items") or []
            query["continue"] = (page.get("metadata") or {}).get("continue", "")
            if not query["continue"]:
                return found

    def apply(
        self, resource: Resource, manifest: Object, field_manager: str = FIELD_MANAGER, *, force: bool = True
    ) -> Object:
        """Server-side apply: create the object or make our fields as in `manifest`; returns what stands there now.

        `force` takes fields over from other managers; without it a conflict is a ClusterError of status 409.
        """
        namespace, name = _names(resource, manifest)
        query = {"fieldManager": field_manager, "force": str(force).lower()}
        what, path = f"apply {_where(resource, namespace, name)}", resource.path(namespace, name)
        passing = _is_passing_or_conflict if force else is_passing  # forced, nothing but a race is a conflict
        return self.answer(Call("PATCH", path, what, manifest, query, APPLY), passing)

    def merge(self, resource: Resource, namespace: str | None, name: str, patch: Object) -> Object:
        """Merge `patch` into the object (null removes a field, lists are replaced); returns it."""
        what, path = f"patch {_where(resource, namespace, name)}", resource.path(namespace, name)
        return self.answer(Call("PATCH", path, what, patch, OURS, MERGE), _is_passing_or_conflict)

    def create(self, resource: Resource, namespace: str | None, body: Object) -> Object:
        """Create an object; a ClusterError of status 409 if it exists and is not what an earlier try made."""
        name = body.get("metadata", {}).get("name")
        what = f"create {_where(resource, namespace, name)}"

        def once(attempt: int) -> Object:
            try:
                return self.answer_once(Call("POST", resource.path(namespace), what, body, OURS))
            except ClusterError as error:
                if attempt and error.reason == ALREADY_EXISTS and (made := self._made(resource, namespace, body)):
                    return made
                raise

        return repeated(once, is_passing if name else _never, writes=True)

    def replace(self, resource: Resource, body: Object) -> Object:
        """Write the object that was read; a ClusterError of status 409 if it changed since (resourceVersion)."""
        namespace, name = _names(resource, body)
        what = f"update {_where(resource, namespace, name)}"
        return self.answer(Call("PUT", resource.path(namespace, name), what, body, OURS))

    def delete(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        uid: str | None = None,
        propagation: Literal["Background", "Foreground", "Orphan"] = "Background",
        *,
        resource_version: str | None = None,
    ) -> bool:
        """Ask for the object's end; False if there is none, or if it is another one than `uid` or a newer version."""
        conditions = {"uid": uid, "resourceVersion": resource_version}
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        options["preconditions"] = {key: value for key, value in conditions.items() if value is not None}
        what, path = f"delete {_where(resource, namespace, name)}", resource.path(namespace, name)

        def once(attempt: int) -> bool:
            try:
                self.answer_once(Call("DELETE", path, what, options))
            except ClusterError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return attempt > 0  # gone since our first try: by it
                if error.status == HTTPStatus.CONFLICT and options["preconditions"]:
                    return False
                raise
            return True

        return repeated(once, is_passing, writes=True)

    def allowed(self, verb: str, resource: Resource, namespace: str | None, name: str = "") -> bool:
        """Ask the API server whether we may do that (SelfSubjectAccessReview); namespace None: in all.

        Without `name` the right must hold for all names.
        """
        plural, _, subresource = resource.plural.partition("/")
        asked = {"verb": verb, "group": resource.group, "resource": plural, "subresource": subresource}
        asked |= {"namespace": (namespace or "") if resource.namespaced else "", **({"name": name} if name else {})}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }
        what = f"ask whether {verb} of {_where(resource, namespace)} is allowed"
        return repeated(lambda _: self._is_allowed(what, review), is_passing)

    def _is_allowed(self, what: str, review: Object) -> bool:
        """A no is believed of an API server that knows all roles."""
        path = SELF_SUBJECT_ACCESS_REVIEWS.path()
        for last in (False, True):
            answer = self.answer_once(Call("POST", path, what, review))
            if last or (answer.get("status") or {}).get("allowed", False):
                break
            self.require_ready(what)
        return bool((answer.get("status") or {}).get("allowed", False))

    def _made(self, resource: Resource, namespace: str | None, body: Object) -> Object | None:
        """The object that stands there, if it bears all labels that we sent: names of a run are its own."""
        metadata = body["metadata"]
        sent, found = metadata.get("labels") or {}, self.get(resource, namespace, metadata["name"])
        ours = found is not None and sent and sent.items() <= (found["metadata"].get("labels") or {}).items()
        return found if ours else None


def selector(labels: Mapping[str, str] | str) -> str:
    """Return labels as Kubernetes' label selector; text passes as it is.

    Raises ClusterError for a value that would select something else.
    """
    if isinstance(labels, str):
        return labels
    try:
        return ",".join(f"{key}={Shape.LABEL.checked(value)}" for key, value in sorted(labels.items()))
    except ValueError as error:
        raise ClusterError(f"cannot select by label: {error}", HTTPStatus.BAD_REQUEST, "Invalid") from error


def _where(resource: Resource, namespace: str | None, name: str | None = None) -> str:
    thing = resource.label + (f" {name!r}" if name else "")
    return f"{thing} in namespace {namespace!r}" if namespace and resource.namespaced else thing


def _names(resource: Resource, manifest: Object) -> tuple[str | None, str]:
    metadata = manifest.get("metadata", {})
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not name or (resource.namespaced and not namespace):
        needed = "metadata.name and metadata.namespace" if resource.namespaced else "metadata.name"
        raise ClusterError(f"cannot write {resource.label}: its manifest needs {needed}", UNREACHABLE, "Invalid")
    return namespace, name


def _is_passing_or_conflict(error: Exception) -> bool:
    """Somebody wrote the object between the API server's own reading and writing."""
    return is_passing(error) or getattr(error, "status", None) == HTTPStatus.CONFLICT


def _never(_: Exception) -> bool:
    return False
