"""A simulated API server behind the kubernetes client's own interface, and the services that it leads to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import urllib3.exceptions
from flink_chaos.cluster.resources import PODS
from kubernetes.client.exceptions import ApiException

from tests.unit.cluster.fake_api import FakeApi, Target
from tests.unit.fake_server import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.cluster.resources import Resource

    from tests.simulation.world import World

Object = dict[str, Any]
Answer = tuple[int, Any]
TOKEN = "token-of-the-test"
REASONS = {
    403: ("Forbidden", "forbidden: User cannot do that"),
    409: (
        "Conflict",
        "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version",
    ),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "etcdserver: leader changed"),
    503: ("ServiceUnavailable", "apiserver not ready"),
}


@dataclass
class KubernetesWorld:
    """Objects and their API. `refusals` are asked for each request: a status, "refused", "lost" or None."""

    world: World
    api: FakeApi = field(default_factory=FakeApi)
    services: dict[str, Callable[[Request, str], Answer]] = field(default_factory=dict)
    """Name of a service, with its port -> what answers; None or absent: no endpoints."""
    refusals: list[Callable[[str, str], int | str | None]] = field(default_factory=list)
    created: list[tuple[str, str]] = field(default_factory=list)
    """(plural, name) of every object that was ever made through the API: to see a second injection."""

    def serve(self, method: str, path: str, query: dict[str, str], body: Any, content_type: str) -> Answer:
        """Answer one request of the process under test."""
        self.world.called(f"k8s {method} {path.partition('?')[0]}")
        refused = next((found for refusal in self.refusals if (found := refusal(method, path)) is not None), None)
        if refused == "refused":
            raise urllib3.exceptions.ProtocolError("Connection refused")
        if isinstance(refused, int):
            reason, message = REASONS[refused]
            return refused, {
                "kind": "Status",
                "apiVersion": "v1",
                "code": refused,
                "reason": reason,
                "message": message,
            }
        if path == "/readyz":
            return 200, "ok"
        answer = self._served(
            Request(method, path, query, body, {"authorization": f"Bearer {TOKEN}", "content-type": content_type})
        )
        if refused == "lost":
            raise urllib3.exceptions.ProtocolError("Connection aborted: reset by peer")
        return answer

    def _served(self, request: Request) -> Answer:
        target = Target.of(request.path)
        if target.sub[:1] == ("proxy",):
            service = self.services.get(target.name)
            if service is None:
                return 503, {
                    "kind": "Status",
                    "code": 503,
                    "reason": "ServiceUnavailable",
                    "message": f'no endpoints available for service "{target.name}"',
                }
            return service(request, "/" + "/".join(target.sub[1:]))
        self.api.requests.clear()
        status, answer = self.api.answer(request)
        if request.method == "POST" and status == 201 and target.plural != "selfsubjectaccessreviews":
            self.created.append((target.plural, answer["metadata"]["name"]))
        return status, answer

    def put(self, resource: Resource, manifest: Object) -> Object:
        """Write an object as a controller of the cluster does."""
        return self.api.put(resource, manifest)

    def look(self, resource: Resource, namespace: str | None, name: str) -> Object | None:
        """An object as it is kept."""
        return self.api.objects.get((_root(resource), resource.plural, namespace or "", name))

    def all(self, resource: Resource) -> list[Object]:
        """Every object of a kind."""
        root = _root(resource)
        return [kept for (r, plural, _, _), kept in self.api.objects.items() if r == root and plural == resource.plural]

    def drop(self, resource: Resource, namespace: str | None, name: str) -> None:
        """Remove an object at once."""
        self.api.objects.pop((_root(resource), resource.plural, namespace or "", name), None)

    def pods(self, **labels: str) -> list[Object]:
        """Pods with these labels; `_` stands for what a name cannot hold."""
        return [pod for pod in self.all(PODS) if all(pod["metadata"]["labels"].get(k) == v for k, v in labels.items())]


def _root(resource: Resource) -> str:
    return f"apis/{resource.group}/{resource.version}" if resource.group else f"api/{resource.version}"


class FakeApiClient:
    """kubernetes.client.ApiClient, as Cluster uses it."""

    def __init__(self, kubernetes: KubernetesWorld) -> None:
        self.kubernetes = kubernetes
        self.configuration = SimpleNamespace(host="https://simulated:6443")

    def call_api(
        self,
        path: str,
        method: str,
        path_params: Any = None,
        query_params: list[tuple[str, str]] | None = None,
        header_params: dict[str, str] | None = None,
        body: Any = None,
        **_: Any,
    ) -> Any:
        kind = (header_params or {}).get("Content-Type", "")
        sent = json.loads(json.dumps(body)) if body is not None else None
        status, answer = self.kubernetes.serve(method, path, dict(query_params or []), sent, kind)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        if not 200 <= status < 300:
            headers = {"Retry-After": "1"} if status == 429 else {}
            raise ApiException(
                http_resp=SimpleNamespace(
                    status=status, reason="", data=text, getheaders=lambda: headers, headers=headers
                )
            )
        return SimpleNamespace(status=status, read=lambda most: text.encode()[:most], close=lambda: None, headers={})

    def close(self) -> None:
        """Nothing is held."""
