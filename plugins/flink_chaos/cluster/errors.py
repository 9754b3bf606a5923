"""What the API server refused, and what to do about it."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

from flink_chaos.model.text import LINE, TEXT, cut, one_line

UNREACHABLE = 0
UNTRUSTED = "Untrusted"
PASSING = {
    UNREACHABLE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,  # etcd has no leader, a webhook does not answer
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""Statuses that say nothing of the request itself: the same one may succeed in a moment."""
NOBODY_THERE = re.compile(
    r"connection refused|no route to host|no endpoints available|failed to resolve|is starting and has no roles",
    re.IGNORECASE,
)
NOT_TRUSTED = re.compile(
    r"certificate.?verify.?failed|hostname.?mismatch|doesn't match|self.signed|unknown.?ca|bad certificate|expired",
    re.IGNORECASE,
)
"""A connection that breaks off in the middle of a handshake is none of these: behind a load balancer no server runs."""

NO_ROLES = re.compile(r"RBAC: .*not found")


class ClusterError(Exception):
    """What failed, where, why and what to do, in one line; `status` is the HTTP status, 0 when nothing answered."""

    def __init__(
        self, message: str, status: int = UNREACHABLE, reason: str = "Unreachable", retry_after: float = 0.0
    ) -> None:
        """`reason` is Kubernetes' own word, such as Forbidden; `retry_after` seconds, if it was told."""
        super().__init__(one_line(message, TEXT))
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


def is_passing(error: Exception) -> bool:
    """Whether the same request may succeed in a moment.

    An API server that has just started knows no roles yet, and forbids what it will allow.
    """
    if not isinstance(error, ClusterError) or error.reason == UNTRUSTED:
        return False
    return error.status in PASSING or (error.status == HTTPStatus.FORBIDDEN and bool(NO_ROLES.search(str(error))))


def was_not_sent(error: Exception) -> bool:
    """Whether nobody was there to take the request: to send it again cannot do it twice."""
    return isinstance(error, ClusterError) and is_passing(error) and bool(NOBODY_THERE.search(str(error)))


def refusal(what: str, server: str, status: int, body: str, retry_after: float = 0.0) -> ClusterError:
    """Make the error for an answer that is not 2xx."""
    reason, message = _told(status, body)
    line = f"cannot {what} at {server}: {status} {reason}: {message}. {_remedy(status)}"
    return ClusterError(line, status, reason, retry_after)


def unreachable(what: str, server: str, why: str) -> ClusterError:
    """Make the error for a server that does not answer, or that we do not trust."""
    told = f"cannot {what}: {server} does not answer: {why}"
    if NOT_TRUSTED.search(why):
        remedy = "Check the certificate authority in the kubeconfig: it must be this cluster's"
        return ClusterError(f"{told}. {remedy}", reason=UNTRUSTED)
    remedy = "Check that the server runs and is reachable from here, and that the kubeconfig's context is the right one"
    return ClusterError(f"{told}. {remedy}")


def starting(what: str, server: str, why: str) -> ClusterError:
    """Make the error for a server that forbids what it will allow in a moment: it has not read its roles."""
    return ClusterError(f"cannot {what}: {server} is starting and has no roles yet ({why}). Wait until it is ready")


def _told(status: int, body: str) -> tuple[str, str]:
    phrase = HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "Refused"
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("kind") != "Status":
        return phrase, one_line(" ".join(body.split()), LINE) or "no reason given"
    return cut(str(told.get("reason") or phrase), LINE), cut(str(told.get("message") or "no reason given").rstrip("."))


def _remedy(status: int) -> str:
    remedies = {
        400: "Correct the request",
        401: "Renew the credentials in the kubeconfig (or the pod's service account token)",
        403: "Give this user that verb on that resource (Role and RoleBinding)",
        404: "Check the name, and that its kind is installed (custom resource definition)",
        409: "Read it again and decide anew: something else wrote it meanwhile",
        422: "Correct the named fields of the manifest",
        429: "Try again: the API server is busy",
    }
    return remedies.get(status, "See the API server's log for more")
