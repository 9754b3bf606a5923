"""REST of a service inside the cluster, through the API server: no route to pods is needed, only the right to proxy."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import NOBODY_THERE, is_passing, was_not_sent
from flink_chaos.cluster.patience import repeated
from flink_chaos.cluster.resources import SERVICES, segment
from flink_chaos.model.names import Shape
from flink_chaos.model.text import LINE, TEXT, cut, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from flink_chaos.cluster.objects import Cluster

CAUSE = "Caused by:"
SHORT_SECONDS = 10.0
NOT_SENT = 0
AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
NOISE = ("", "Internal server error.", "<Exception on server side:")
"""Lines of Flink's errors that tell nothing."""


class ServiceError(Exception):
    """A service (or what lies on the way to it) answered with an error; `status` is HTTP's, `text` the whole answer.

    `reason` and `remedy` are the parts of the one line for people that do not name the request.
    """

    def __init__(self, what: str, status: int, text: str, reason: str, remedy: str) -> None:
        """`what` names the request and the service; `status` is 0 when nothing answered."""
        super().__init__(one_line(f"{what}: {reason}. {remedy}", TEXT))
        self.status = status
        self.text = text
        self.reason = one_line(reason, TEXT)
        self.remedy = remedy


class Digits(float):
    """A number with a fraction, as the answer spells it: a DECIMAL may have more digits than a float keeps."""

    spelled: str

    def __new__(cls, spelled: str) -> Self:
        """Keep the spelling beside the number."""
        number = super().__new__(cls, spelled)
        number.spelled = spelled
        return number


class ServiceProxy:
    """One service, reached through the API server's service proxy."""

    def __init__(self, cluster: Cluster, namespace: str, service: str, port: int | str, scheme: str = "http") -> None:
        """`port` is the service's port, by number or name; `scheme` is what the service itself speaks."""
        self.cluster = cluster
        self.name = f"service {service}:{port} in namespace {namespace!r}"
        end = f"{service}:{port}" if scheme == "http" else f"{scheme}:{service}:{port}"
        self._base = f"{SERVICES.path(namespace)}/{segment(end, SERVICES.label, safe=':')}/proxy"

    def request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        timeout: float = 15,
    ) -> Any:
        """Send one request and return the answer's JSON (None when it is empty).

        Raises ServiceError for an answer that is not 2xx or not JSON, and for a path that could lead elsewhere;
        ClusterError when the API server is not there.
        While the API server is away a request is sent again, if whoever asks is patient; while the service is, for some
        seconds at most: it may be meant to be away. What is no GET is repeated only if nobody was there to take it.
        """
        ask = partial(self._once, method, path, body, query, timeout)
        reads = method == "GET"
        here = partial(repeated, lambda _: ask(), _is_away if reads else _took_nothing, SHORT_SECONDS)
        return repeated(lambda _: here(), is_passing if reads else was_not_sent)

    def _once(
        self, method: str, path: str, body: dict[str, Any] | None, query: Mapping[str, str] | None, timeout: float
    ) -> Any:
        what = f"{method} {path} of {self.name}"
        url = f"{self._base}{below(what, path)}"
        status, text = self.cluster.send(method, url, f"send {what}", body=body, query=query, timeout=timeout)
        return read_answer(what, status, text, _remedy)


def below(what: str, path: str) -> str:
    """Return the path of a request, to be put behind a service's address. Raises ServiceError if it is no plain one.

    What an answer told may be part of it: with `..`, `%` or `?` the request would go to something else.
    """
    try:
        return "/" + Shape.PATH.checked(path).lstrip("/")
    except ValueError as error:
        told = what.replace(path, "request")
        raise ServiceError(told, NOT_SENT, "", f"not sent: {error}", "See what told it that") from error


def _is_away(error: Exception) -> bool:
    return isinstance(error, ServiceError) and error.status in AWAY


def _took_nothing(error: Exception) -> bool:
    return _is_away(error) and bool(NOBODY_THERE.search(str(error)))


def read_answer(what: str, status: int, text: str, remedy: Callable[[int, str], str]) -> Any:
    """Return the JSON of an answer, None when it is empty.

    Raises ServiceError when it is not 2xx or not JSON; `remedy` says by status and text what to do.
    """
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise ServiceError(what, status, text, f"{status}: {_gist(text)}", remedy(status, text))
    try:
        return json.loads(text, parse_float=Digits) if text.strip() else None
    except (ValueError, RecursionError) as error:
        reason, todo = f"answered no JSON: {_gist(text)}", "Check that the address is the service's own"
        raise ServiceError(what, status, text, reason, todo) from error


def deepest_cause(text: str) -> str:
    """Return the last "Caused by" of the stack in an error, as one line; empty when there is none."""
    causes = [line.removeprefix(CAUSE).strip() for line in _lines(text) if line.startswith(CAUSE)]
    return cut(causes[-1], LINE).rstrip(".") if causes else ""


def _gist(text: str) -> str:
    """Return the reason inside an error (Kubernetes: message, Flink: errors), without the stack, as one line."""
    first = next((line for line in _lines(text) if line not in NOISE), "no reason given")
    cause = deepest_cause(text)
    return (f"{cut(first, LINE)} (caused by {cause})" if cause else cut(first, 2 * LINE)).rstrip(".")


def _lines(text: str) -> list[str]:
    told = _loaded(text)
    errors = told.get("message") or told.get("errors") or text
    parts = errors if isinstance(errors, list) else [errors]
    return [line.strip() for part in parts for line in str(part).split("\n")]


def _loaded(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _remedy(status: int, text: str) -> str:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "Check that the service has a ready pod"
    if status == HTTPStatus.FORBIDDEN:
        return "Give this user get, create and delete on services/proxy"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "Check that this is the service's own port: it redirects elsewhere, which is not followed"
    if status == HTTPStatus.NOT_FOUND and _loaded(text).get("kind") == "Status":
        return "Check the name of the service and its namespace"
    return "See the service's log for more"
