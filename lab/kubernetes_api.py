"""Asking the lab's API server, with the standard library only: a health check must be cheap."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from functools import cache
from typing import TYPE_CHECKING, Any

from lab.paths import KUBECONFIG

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_SECONDS = 5.0


def get(path: str) -> Any:
    """The JSON document at `path`. Raises OSError (urllib's errors are such) or ValueError."""
    return json.loads(request("GET", path))


def post(path: str, document: object) -> Any:
    """Create what `document` describes and return the answer."""
    return json.loads(request("POST", path, document))


def request(method: str, path: str, document: object = None) -> str:
    """The body of the answer to one call as cluster-admin."""
    server, token, context = _access(KUBECONFIG, KUBECONFIG.stat().st_mtime)
    data = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    call = urllib.request.Request(server + path, data=data, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(call, timeout=TIMEOUT_SECONDS) as answer:
        return str(answer.read().decode())


def why(error: BaseException) -> str:
    """One line for a failed call."""
    reason = getattr(error, "reason", None) or error
    return f"API server: {reason}"


@cache
def _access(kubeconfig: Path, _changed: float) -> tuple[str, str, ssl.SSLContext]:
    document = json.loads(kubeconfig.read_text())
    cluster = document["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    return cluster["server"], document["users"][0]["user"]["token"], ssl.create_default_context(cadata=authority)
