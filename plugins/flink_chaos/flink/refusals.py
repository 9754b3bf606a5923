"""Which answers of a JobManager's REST no waiting changes, and what the others mean while one waits."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError

if TYPE_CHECKING:
    from flink_chaos.cluster.proxy import ServiceError

SILENCE: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "its service does not exist yet, or is gone",
    HTTPStatus.SERVICE_UNAVAILABLE: "no ready pod stands behind its service",
    HTTPStatus.BAD_GATEWAY: "the API server cannot reach its pod",
    HTTPStatus.GATEWAY_TIMEOUT: "it did not answer the API server in time",
    HTTPStatus.TOO_MANY_REQUESTS: "the API server is busy",
}


def raise_if_refused(error: ServiceError) -> None:
    """Raise ClusterError, of status 403, for an answer that says that we may not ask.

    A 401 of the API server itself may be a token that is about to be renewed; one of the service behind it is not.
    """
    asked_of_service = error.status == HTTPStatus.UNAUTHORIZED and not _is_kubernetes(error.text)
    if error.status == HTTPStatus.FORBIDDEN or asked_of_service:
        raise ClusterError(f"cannot ask the JobManager: {error}", HTTPStatus.FORBIDDEN, "Forbidden") from error


def silence(error: ServiceError) -> str:
    """Why there is no answer, in words."""
    told = SILENCE.get(error.status) if _is_kubernetes(error.text) else None
    return told or error.reason


def _is_kubernetes(text: str) -> bool:
    """Whether the API server answered, and not the service behind it."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("kind") == "Status"
