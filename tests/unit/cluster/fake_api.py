"""A Kubernetes API server in memory, as far as our client can tell: objects, versions, conflicts, apply, proxy.

Not modelled: watches, admission, defaulting, list merging by key, garbage collection of owned objects.
"""

from __future__ import annotations

import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flink_chaos.cluster.connect import client_settings
from kubernetes.client import ApiClient

from tests.unit.cluster.fake_fields import Owners, merged
from tests.unit.cluster.fake_selectors import fits_fields, fits_labels
from tests.unit.fake_server import FakeServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.cluster.resources import Resource

    from tests.unit.fake_server import Answer, Request

Object = dict[str, Any]
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Target:
    """What a path means."""

    root: str
    namespace: str
    plural: str
    name: str
    sub: tuple[str, ...]

    @classmethod
    def of(cls, path: str) -> Target:
        """Read a path below /api or /apis."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        cut = 2 if parts[0] == "api" else 3
        root, rest, namespace = "/".join(parts[:cut]), parts[cut:], ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        plural, name, *sub = [*rest, "", ""][: max(2, len(rest))]
        return cls(root, namespace, plural, name, tuple(sub))

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Where the object is kept."""
        return (self.root, self.plural, self.namespace, self.name)


@dataclass(frozen=True)
class Lost:
    """A request that gets no good answer; `done`: though it did what it should. Status 0 closes the connection."""

    status: int = 0
    done: bool = False
    reason: str = "InternalError"
    retry_after: int = 0


@dataclass
class FakeApi(FakeServer):
    """Start it with `with`; then `client()` speaks to it."""

    objects: dict[tuple[str, str, str, str], Object] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    """(verb, plural) that we may not do."""
    logs: dict[str, str] = field(default_factory=dict)
    """Pod name -> log."""
    earlier: dict[str, str] = field(default_factory=dict)
    """Pod name -> log of the container before its last restart."""
    services: dict[str, Callable[[Request, str], Answer]] = field(default_factory=dict)
    """ "namespace/[scheme:]name:port" -> answers (request, path below the service) with status and JSON or text."""
    before: list[Callable[[Request], None]] = field(default_factory=list)
    """Called once each, with the next request before it is served: to make races."""
    outage: list[Lost | None] = field(default_factory=list)
    """What becomes of the next requests, one each; None: nothing."""
    starting: int = 0
    """So many times more it says that it is not ready; until then it has no roles, and forbids everything."""
    owners: Owners = field(default_factory=Owners)
    version: int = 0
    token: str = "token-of-the-test"

    def client(self) -> ApiClient:
        """Return a client with a bearer token."""
        settings = client_settings(host=self.url)
        settings.api_key = {"BearerToken": f"Bearer {self.token}"}
        return ApiClient(settings)

    def put(self, resource: Resource, manifest: Object) -> Object:
        """Place an object, status and all, as the cluster's own controllers would."""
        metadata = manifest["metadata"]
        target = Target.of(resource.path(metadata.get("namespace"), metadata["name"]))
        return self._store(target, deepcopy(manifest), manager="controller")

    def look(self, resource: Resource, namespace: str | None, name: str) -> Object | None:
        """Return an object as it is kept."""
        return self.objects.get(Target.of(resource.path(namespace, name)).key)

    def answer(self, request: Request) -> Answer:
        """Serve one request."""
        self.requests.append(request)
        if self.before:
            self.before.pop(0)(request)
        if self.outage and (lost := self.outage.pop(0)):
            return self._fails(lost, request)
        if request.path == "/readyz":
            self.starting, ready = max(0, self.starting - 1), self.starting == 0
            return (200, "ok") if ready else (500, "[-]informer-sync failed: reason withheld")
        return self._served(request) if not self.starting else self._has_no_roles(request)

    def _has_no_roles(self, request: Request) -> Answer:
        target = Target.of(request.path)
        if target.plural == "selfsubjectaccessreviews":
            return 201, {**request.body, "status": {"allowed": False}}
        return _status(403, "Forbidden", f'{target.plural} is forbidden: User "test" cannot do that')

    def _fails(self, lost: Lost, request: Request) -> Answer:
        """Answer otherwise than it went."""
        if lost.done:
            self._served(request)
        self.headers = {"Retry-After": str(lost.retry_after)} if lost.retry_after else {}
        return _status(lost.status, lost.reason, lost.reason)

    def _served(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _status(401, "Unauthorized", "Unauthorized")
        target = Target.of(request.path)
        if target.plural == "selfsubjectaccessreviews":
            return self._review(request)
        if target.sub[:1] == ("proxy",):
            return self._proxy(target, request)
        verb = VERBS.get(request.method) or ("get" if target.name else "list")
        if (verb, target.plural) in self.forbidden:
            return _status(403, "Forbidden", f'{target.plural} is forbidden: User "test" cannot {verb} it')
        if target.sub == ("log",):
            return self._log(target, request)
        return getattr(self, f"_{verb}")(target, request)

    def _review(self, request: Request) -> Answer:
        asked = request.body["spec"]["resourceAttributes"]
        plural = "/".join(part for part in (asked["resource"], asked.get("subresource")) if part)
        return 201, {**request.body, "status": {"allowed": (asked["verb"], plural) not in self.forbidden}}

    def _proxy(self, target: Target, request: Request) -> Answer:
        service = self.services.get(f"{target.namespace}/{target.name}")
        if service is None:
            return _status(503, "ServiceUnavailable", f'no endpoints available for service "{target.name}"')
        return service(request, "/" + "/".join(target.sub[1:]))

    def _log(self, target: Target, request: Request) -> Answer:
        """Of `sinceTime` only the whole second counts; `limitBytes` cuts wherever it falls."""
        query = request.query
        if target.name not in self.logs:
            return _status(404, "NotFound", f'pods "{target.name}" not found')
        text = (self.earlier if query.get("previous") else self.logs).get(target.name)
        if text is None:
            return _status(400, "BadRequest", f'previous terminated container in pod "{target.name}" not found')
        lines = text.splitlines(keepends=True)[-int(query.get("tailLines", "1000")) :]
        kept = "".join(line for line in lines if line[:19] >= query.get("sinceTime", "")[:19])
        return 200, kept.encode()[: int(query.get("limitBytes", "0")) or None].decode(errors="replace")

    def _get(self, target: Target, _: Request) -> Answer:
        found = self.objects.get(target.key)
        return (200, found) if found else _not_found(target)

    def _list(self, target: Target, request: Request) -> Answer:
        query = request.query
        found = [
            kept
            for (root, plural, namespace, _), kept in sorted(self.objects.items())
            if (root, plural) == (target.root, target.plural)
            and target.namespace in ("", namespace)
            and fits_labels(kept["metadata"].get("labels", {}), query.get("labelSelector", ""))
            and fits_fields(kept, query.get("fieldSelector", ""))
        ]
        start, limit = int(query.get("continue", 0)), int(query.get("limit", 0)) or len(found)
        rest = {"continue": str(start + limit)} if start + limit < len(found) else {}
        metadata = {"resourceVersion": str(self.version), **rest}
        return 200, {"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": found[start : start + limit]}

    def _create(self, target: Target, request: Request) -> Answer:
        metadata = request.body.setdefault("metadata", {})
        if "generateName" in metadata and "name" not in metadata:
            metadata["name"] = metadata["generateName"] + uuid.uuid4().hex[:5]
        named = Target(target.root, target.namespace, target.plural, metadata["name"], ())
        if named.key in self.objects:
            return _status(409, "AlreadyExists", f'{named.plural} "{named.name}" already exists')
        return 201, self._store(named, request.body, request.query.get("fieldManager", "unknown"))

    def _update(self, target: Target, request: Request) -> Answer:
        old = self.objects.get(target.key)
        if old is None:
            return _not_found(target)
        expected = request.body["metadata"].get("resourceVersion")
        if expected and expected != old["metadata"]["resourceVersion"]:
            return _status(409, "Conflict", f'Operation cannot be fulfilled on "{target.name}": it has been modified')
        return 200, self._store(target, request.body, request.query.get("fieldManager", "unknown"))

    def _patch(self, target: Target, request: Request) -> Answer:
        old, manager = self.objects.get(target.key), request.query.get("fieldManager", "unknown")
        if "apply-patch" in request.headers.get("content-type", ""):
            return self._apply(target, request, old)
        if old is None:
            return _not_found(target)
        return 200, self._store(target, merged(old, request.body), manager)

    def _apply(self, target: Target, request: Request, old: Object | None) -> Answer:
        manager, force = request.query.get("fieldManager"), request.query.get("force") == "true"
        if not manager or "apiVersion" not in request.body or "kind" not in request.body:
            return _status(400, "BadRequest", "apply needs a fieldManager, apiVersion and kind")
        conflicts = [] if force else self.owners.conflicts(target.key, manager, request.body, old or {})
        if conflicts:
            return _status(409, "Conflict", f"Apply failed with {len(conflicts)} conflicts: {'; '.join(conflicts)}")
        fresh = self.owners.applied(target.key, manager, request.body, old or {})
        return (200 if old else 201), self._store(target, fresh, manager=None)

    def _delete(self, target: Target, request: Request) -> Answer:
        old = self.objects.get(target.key)
        if old is None:
            return _not_found(target)
        for name, expected in ((request.body or {}).get("preconditions") or {}).items():
            if old["metadata"][name] != expected:
                return _status(409, "Conflict", f"Precondition failed: {name} in precondition: {expected}")
        self._store(target, merged(old, {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}), "unknown")
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def _store(self, target: Target, fresh: Object, manager: str | None) -> Object:
        old = self.objects.get(target.key, {})
        fresh = self._with_metadata(target, fresh, old)
        if manager:
            self.owners.wrote(target.key, manager, fresh, old)
        if fresh == old:
            return old
        self.version += 1
        fresh["metadata"]["resourceVersion"] = str(self.version)
        if "deletionTimestamp" in fresh["metadata"] and not fresh["metadata"].get("finalizers"):
            self.objects.pop(target.key, None)
            self.owners.forget(target.key)
        else:
            self.objects[target.key] = fresh
        return fresh

    def _with_metadata(self, target: Target, fresh: Object, old: Object) -> Object:
        before = old.get("metadata", {})
        generation = before.get("generation", 0) + (fresh.get("spec") != old.get("spec") or not old)
        own = {
            "name": target.name,
            "uid": before.get("uid") or fresh["metadata"].get("uid") or str(uuid.uuid4()),
            "resourceVersion": before.get("resourceVersion", ""),
            "generation": generation,
            **({"namespace": target.namespace} if target.namespace else {}),
        }
        return {**fresh, "metadata": {**fresh["metadata"], **own}}


def _status(code: int, reason: str, message: str) -> Answer:
    return code, {"kind": "Status", "apiVersion": "v1", "code": code, "reason": reason, "message": message}


def _not_found(target: Target) -> Answer:
    return _status(404, "NotFound", f'{target.plural} "{target.name}" not found')
