"""Sends requests to the API server: one, or as often as an outage lasts."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3.exceptions
from kubernetes.client.exceptions import ApiException

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError, is_passing, refusal, starting, unreachable
from flink_chaos.cluster.patience import repeated
from flink_chaos.model.text import LINE, cut, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kubernetes.client import ApiClient

Object = dict[str, Any]
"""A Kubernetes object as the API gives it."""

JSON = "application/json"
ACCEPT = "application/json, */*"
READY = "/readyz"
MOST_BYTES = 100_000_000
"""Of one answer: a list is asked for in pages, and a pod behind the API server's proxy may never end its answer."""

ROUNDING = timedelta(seconds=2)
"""HTTP tells its dates in whole seconds: clocks that differ by no more are taken for one."""

WORDS = ("message", "reason")
"""Of conditions, states, statuses and events: whoever writes them, whatever they hold."""

Answer = tuple[int, str, float]
"""Status, text, and the seconds after which the server wants to be asked again."""

NO_API = "Check that the kubeconfig's server is the API server itself"


@dataclass(frozen=True)
class Call:
    """One request below the API server's address. `what` completes "cannot ..." in messages."""

    method: str
    path: str
    what: str
    body: Any = None
    query: Mapping[str, str] | None = None
    content_type: str = JSON
    accept: str = ACCEPT


class Transport:
    """The way to one API server. Every request takes at most `timeout` seconds; failures are ClusterError."""

    def __init__(self, api: ApiClient, timeout: float = 15) -> None:
        """`api` comes from `connect`."""
        self.api = api
        self.timeout = timeout
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time by the API server's clock, to a second, as far as its last answer told it.

        Whoever looks at a lease may have another clock than its holder; both ask the same API server.
        """
        return clock.now() + self._ahead

    @property
    def server(self) -> str:
        """The API server's address, for messages."""
        return str(self.api.configuration.host)

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
        status, text, _ = self._send(Call(method, path, what, body, query, content_type), timeout or self.timeout)
        return status, text

    def answer(self, call: Call, passing: Callable[[Exception], bool] = is_passing) -> Object:
        """Return the answer to what may be sent twice; sent again while it fails in a way that is `passing`."""
        return repeated(lambda _: self.answer_once(call), passing, writes=call.method != "GET")

    def answer_once(self, call: Call) -> Object:
        """The same, sent once."""
        status, text, retry_after = self._send(call, self.timeout)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(call.what, self.server, status, text, retry_after)
        return _object(text, call.what, self.server)

    def _send(self, call: Call, timeout: float) -> Answer:
        """One request; what is refused is asked again once the API server knows all users and roles."""
        answer = self._send_once(call, timeout)
        if answer[0] not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return answer
        self.require_ready(call.what)
        return self._send_once(call, timeout)

    def require_ready(self, what: str) -> None:
        """Raise ClusterError, as if nothing answered, while the API server starts.

        It has no roles in its first moments, and forbids what it will allow.
        """
        status, text, _ = self._send_once(Call("GET", READY, what), self.timeout)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise starting(what, self.server, _first_line(text))

    def _send_once(self, call: Call, timeout: float) -> Answer:
        """One request."""
        try:
            answer = self.api.call_api(
                call.path,
                call.method,
                query_params=[(key, value) for key, value in (call.query or {}).items() if value],
                header_params={"Accept": call.accept, "Content-Type": call.content_type},
                body=call.body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=timeout,
            )
            self._hear(answer.headers)
            return int(answer.status), self._text(call, answer), _retry_after(answer.headers)
        except ApiException as error:
            if not error.status:
                raise unreachable(call.what, self.server, _first_line(error.reason)) from error
            return int(error.status), str(error.body or ""), _retry_after(error.headers)
        except UnicodeDecodeError as error:  # of the client itself, which takes every error for UTF-8
            refused = error.__context__
            status = refused.status if isinstance(refused, ApiException) else HTTPStatus.BAD_GATEWAY
            return int(status), error.object.decode(errors="replace"), 0.0
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(call.what, self.server, _first_line(error)) from error

    def _hear(self, headers: Mapping[str, str]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            ahead = parsedate_to_datetime(headers["Date"]) - clock.now()
            self._ahead = ahead if abs(ahead) > ROUNDING else timedelta(0)

    def _text(self, call: Call, answer: Any) -> str:
        """What was answered. Raises ClusterError for an answer that does not end where one should."""
        data = answer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            answer.close()
            told = f"{self.server} answers with more than {MOST_BYTES:,} bytes. See what answers there"
            raise ClusterError(f"cannot {call.what}: {told}", HTTPStatus.OK, "TooLong")
        return bytes(data).decode(errors="replace")


def _object(text: str, what: str, server: str) -> Object:
    """Read an answer. Something on the way, such as a login page, may answer in its own words."""
    try:
        answer = json.loads(text, object_hook=_cut)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        gist = _first_line(text)[:100]
        message = f"cannot {what}: {server} answered no Kubernetes object, but {gist!r}. {NO_API}"
        raise ClusterError(message, HTTPStatus.OK, "NoObject")
    return answer


def _cut(found: Object) -> Object:
    """What others say in an object; names and contents stay as they are."""
    for key in WORDS:
        if isinstance(words := found.get(key), str):
            found[key] = cut(words)
    return found


def _retry_after(headers: Mapping[str, str] | None) -> float:
    """Seconds; Kubernetes tells no dates."""
    try:
        return float((headers or {}).get("Retry-After") or 0)
    except ValueError:
        return 0.0


def _first_line(error: object) -> str:
    return one_line(str(error), LINE)
