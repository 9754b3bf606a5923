"""Reading and writing objects as plain dictionaries, with every failure as one clear line."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

import urllib3.exceptions
from kubernetes.client.exceptions import ApiException

from flink_chaos.cluster.errors import UNREACHABLE, ClusterError, is_passing, refusal, unreachable
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kubernetes.client import ApiClient

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
    "Resource",
    "selector",
]

Object = dict[str, Any]
"""A Kubernetes object as the API gives it."""

Objects = list[Object]

FIELD_MANAGER = "flink-chaos"
OURS = {"fieldManager": FIELD_MANAGER}
JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
PAGE = 500


ACCEPT = "application/json, */*"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json"
NO_API = "Check that the kubeconfig's server is the API server itself"
ALREADY_EXISTS = "AlreadyExists"


class Cluster:
    """The objects of one cluster. Every request takes at most `timeout` seconds; failures are ClusterError.

    What fails in passing is sent again, as long as `cluster.patience` says. An answer may be lost after its deed: what
    is then found done in our own words was done by us.
    """

    def __init__(self, api: ApiClient, timeout: float = 15) -> None:
        """`api` comes from `connect`."""
        self.api = api
        self.timeout = timeout

    @property
    def server(self) -> str:
        """The API server's address, for messages."""
        return str(self.api.configuration.host)

    def get(self, resource: Resource, namespace: str | None, name: str) -> Object | None:
        """Return the object, or None if there is none."""
        what = f"get {_where(resource, namespace, name)}"
        try:
            return self._json("GET", resource.path(namespace, name), what)
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
            page = self._json("GET", resource.path(namespace), what, query=query, accept=accept)
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
        return self._json("PATCH", path, what, body=manifest, query=query, content_type=APPLY, passing=passing)

    def merge(self, resource: Resource, namespace: str | None, name: str, patch: Object) -> Object:
        """Merge `patch` into the object (null removes a field, lists are replaced); returns it."""
        what, path = f"patch {_where(resource, namespace, name)}", resource.path(namespace, name)
        passing = _is_passing_or_conflict
        return self._json("PATCH", path, what, body=patch, query=OURS, content_type=MERGE, passing=passing)

    def create(self, resource: Resource, namespace: str | None, body: Object) -> Object:
        """Create an object; a ClusterError of status 409 if it exists and is not what an earlier try made."""
        name = body.get("metadata", {}).get("name")
        what = f"create {_where(resource, namespace, name)}"

        def once(attempt: int) -> Object:
            try:
                return self._once("POST", resource.path(namespace), what, body=body, query=OURS)
            except ClusterError as error:
                if attempt and error.reason == ALREADY_EXISTS and (made := self._made(resource, namespace, body)):
                    return made
                raise

        return repeated(once, is_passing if name else _never)

    def replace(self, resource: Resource, body: Object) -> Object:
        """Write the object that was read; a ClusterError of status 409 if it changed since (resourceVersion)."""
        namespace, name = _names(resource, body)
        what = f"update {_where(resource, namespace, name)}"
        return self._json("PUT", resource.path(namespace, name), what, body=body, query=OURS)

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
                self._once("DELETE", path, what, body=options)
            except ClusterError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return attempt > 0  # gone since our first try: by it
                if error.status == HTTPStatus.CONFLICT and options["preconditions"]:
                    return False
                raise
            return True

        return repeated(once, is_passing)

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
        answer = self._json("POST", SELF_SUBJECT_ACCESS_REVIEWS.path(), what, body=review)
        return bool((answer.get("status") or {}).get("allowed", False))

    def send(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        timeout: float | None = None,
    ) -> tuple[int, str]:
        """Send one request below the API server's address; returns HTTP status and text, whatever the status is.

        Nothing is repeated. Raises ClusterError only when nothing answers: "cannot" and `what` begin its message.
        """
        status, told, _ = self._send(method, path, what, body, query, content_type, ACCEPT, timeout)
        return status, told

    def _send(
        self,
        method: str,
        path: str,
        what: str,
        body: Any,
        query: Mapping[str, str] | None,
        content_type: str,
        accept: str,
        timeout: float | None = None,
    ) -> tuple[int, str, float]:
        """The same, and the seconds after which the server wants to be asked again."""
        try:
            answer = self.api.call_api(
                path,
                method,
                query_params=[(key, value) for key, value in (query or {}).items() if value],
                header_params={"Accept": accept, "Content-Type": content_type},
                body=body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=timeout or self.timeout,
            )
            return int(answer.status), answer.data.decode(errors="replace"), _retry_after(answer.headers)
        except ApiException as error:
            if not error.status:
                raise unreachable(what, self.server, _first_line(error.reason)) from error
            return int(error.status), str(error.body or ""), _retry_after(error.headers)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(what, self.server, _first_line(error)) from error

    def _json(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        accept: str = ACCEPT,
        passing: Callable[[Exception], bool] = is_passing,
    ) -> Object:
        """Send what may be sent twice."""
        again = partial(
            self._once, method, path, what, body=body, query=query, content_type=content_type, accept=accept
        )
        return repeated(lambda _: again(), passing)

    def _once(
        self,
        method: str,
        path: str,
        what: str,
        *,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        accept: str = ACCEPT,
    ) -> Object:
        status, text, retry_after = self._send(method, path, what, body, query, content_type, accept)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(what, self.server, status, text, retry_after)
        return _object(text, what, self.server)

    def _made(self, resource: Resource, namespace: str | None, body: Object) -> Object | None:
        """The object that stands there, if it bears all labels that we sent: names of a run are its own."""
        metadata = body["metadata"]
        sent, found = metadata.get("labels") or {}, self.get(resource, namespace, metadata["name"])
        ours = found is not None and sent and sent.items() <= (found["metadata"].get("labels") or {}).items()
        return found if ours else None


def selector(labels: Mapping[str, str] | str) -> str:
    """Return labels as Kubernetes' label selector; text passes as it is."""
    return labels if isinstance(labels, str) else ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


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


def _object(text: str, what: str, server: str) -> Object:
    """Read an answer. Something on the way, such as a login page, may answer in its own words."""
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        gist = _first_line(text)[:100]
        raise ClusterError(f"cannot {what}: {server} answered no Kubernetes object, but {gist!r}. {NO_API}")
    return answer


def _is_passing_or_conflict(error: Exception) -> bool:
    """Somebody wrote the object between the API server's own reading and writing."""
    return is_passing(error) or getattr(error, "status", None) == HTTPStatus.CONFLICT


def _never(_: Exception) -> bool:
    return False


def _retry_after(headers: Mapping[str, str] | None) -> float:
    """Seconds; Kubernetes tells no dates."""
    try:
        return float((headers or {}).get("Retry-After") or 0)
    except ValueError:
        return 0.0


def _first_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
