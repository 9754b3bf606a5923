"""REST of a service inside the cluster, through the API server: no route to pods is needed, only the right to proxy."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flink_chaos.cluster.resources import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.cluster.objects import Cluster

CAUSE = "Caused by:"


class ServiceError(Exception):
    """A service (or the API server on its way) answered with an error; `status` is HTTP's, `text` the whole answer."""

    def __init__(self, message: str, status: int, text: str) -> None:
        """`message` is the one line for people."""
        super().__init__(message)
        self.status = status
        self.text = text


class ServiceProxy:
    """One service, reached through the API server's service proxy."""

    def __init__(self, cluster: Cluster, namespace: str, service: str, port: int | str, scheme: str = "http") -> None:
        """`port` is the service's port, by number or name; `scheme` is what the service itself speaks."""
        self.cluster = cluster
        self.name = f"service {service}:{port} in namespace {namespace!r}"
        end = f"{service}:{port}" if scheme == "http" else f"{scheme}:{service}:{port}"
        self._base = f"{SERVICES.path(namespace)}/{quote(end, safe=':')}/proxy"

    def request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        timeout: float = 15,
    ) -> Any:
        """Send one request and return the answer's JSON (None when it is empty).

        Raises ServiceError for an answer that is not 2xx or not JSON, ClusterError when the API server is not there.
        """
        what = f"{method} {path} of {self.name}"
        url = f"{self._base}/{path.lstrip('/')}"
        status, text = self.cluster.send(method, url, f"send {what}", body=body, query=query, timeout=timeout)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise ServiceError(f"{what}: {status}: {_gist(text)}. {_remedy(status, text)}", status, text)
        try:
            return json.loads(text) if text.strip() else None
        except ValueError as error:
            raise ServiceError(f"{what}: answered no JSON: {_gist(text)}", status, text) from error


def _gist(text: str) -> str:
    """Return the reason inside an error (Kubernetes: message, Flink: errors), without the stack, as one line."""
    told = _loaded(text)
    errors = told.get("message") or told.get("errors") or text
    lines = [
        line.strip() for part in (errors if isinstance(errors, list) else [errors]) for line in str(part).split("\n")
    ]
    causes = [line.removeprefix(CAUSE).strip() for line in lines if line.startswith(CAUSE)]
    first = next(filter(None, lines), "no reason given")
    return (f"{first[:300]} (caused by {causes[-1][:300]})" if causes else first[:600]).rstrip(".")


def _loaded(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _remedy(status: int, text: str) -> str:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "Check that the service has a ready pod"
    if status == HTTPStatus.FORBIDDEN:
        return "Give this user get, create and delete on services/proxy"
    if status == HTTPStatus.NOT_FOUND and _loaded(text).get("kind") == "Status":
        return "Check the name of the service and its namespace"
    return "See the service's log for more"
