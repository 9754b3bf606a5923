"""REST of a service that is reached at its own address, without Kubernetes in between."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests

from flink_chaos.cluster.proxy import ServiceError, below, read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREACHABLE = 0


class HttpService:
    """One service behind an address, with the same `request` as ServiceProxy."""

    def __init__(self, address: str, auth: tuple[str, str] | None = None, ca_bundle: str | None = None) -> None:
        """`address` is http[s]://host[:port][/path]; `auth` is user and password of basic authentication.

        `ca_bundle` is a file with the certificate authorities to trust; without it those of the environment
        (REQUESTS_CA_BUNDLE) or of `requests` are trusted.
        """
        self.name = address.rstrip("/")
        self._session = requests.Session()
        self._session.auth = auth
        self._session.verify = ca_bundle or True
        # A bundle named in the environment would win over `verify`.
        self._session.trust_env = ca_bundle is None

    def request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        timeout: float = 15,
    ) -> Any:
        """Send one request and return the answer's JSON (None when it is empty).

        Raises ServiceError for an answer that is not 2xx or not JSON, and with status 0 when nothing answers or the
        path could lead elsewhere.
        A redirect is an error too: `requests` would turn a POST into a GET.
        """
        what = f"{method} {path} of {self.name}"
        url = f"{self.name}{below(what, path)}"
        try:
            answer = self._session.request(method, url, json=body, params=query, timeout=timeout, allow_redirects=False)
        except (requests.RequestException, OSError) as error:
            raise ServiceError(what, UNREACHABLE, "", f"no answer: {_why(error)}", _reach(error)) from error
        return read_answer(what, answer.status_code, answer.text, _remedy)


def _why(error: Exception) -> str:
    """Return the deepest reason as one line: what `requests` says names objects of urllib3."""
    deepest: BaseException = error
    while (cause := deepest.__cause__ or deepest.__context__ or getattr(deepest, "reason", None)) is not None:
        if not isinstance(cause, BaseException):
            break
        deepest = cause
    return " ".join(str(deepest).split())[:300].rstrip(".") or type(deepest).__name__


def _reach(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError) or "CA certificate bundle" in str(error):
        return "Check the scheme, and name the service's certificate authority"
    return "Check that the service runs and that host and port are right and reachable from here"


def _remedy(status: int, text: str) -> str:
    del text
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "Check user and password"
    if status == HTTPStatus.NOT_FOUND or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "Check scheme, host, port and path"
    return "See the service's log for more"
