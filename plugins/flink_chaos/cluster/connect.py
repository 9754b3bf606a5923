"""A client for one cluster, from a kubeconfig or from the pod that we run in."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import (
    KUBE_CONFIG_DEFAULT_LOCATION,
    ConfigException,
    load_incluster_config,
    new_client_from_config,
    new_client_from_config_dict,
)
from urllib3 import Retry
from urllib3.connection import HTTPConnection

from flink_chaos.cluster.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), seconds)
        for name, seconds in {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 6}.items()
        if hasattr(socket, name)
    ),
]
"""As Airflow's own hook sets them by default."""

POOL = 16
"""Connections kept open, for the observer's threads beside each other."""

ONCE_MORE = Retry(1, redirect=False, allowed_methods=["GET"], respect_retry_after_header=False)
"""Only for a connection that the server has closed: what to send again, and when, is for `cluster.patience`.

No redirect is followed: a pod behind the API server's proxy could send our credentials wherever it likes.
"""


UNUSABLE = (
    ConfigException,
    yaml.YAMLError,
    OSError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What the client raises for a file that is no kubeconfig."""


@dataclass(frozen=True)
class Settings:
    """How to connect, wherever that is."""

    verify: bool = True
    """Whether the server must have a certificate of its authority."""

    keepalive: bool = True
    """Whether connections that a firewall has forgotten are noticed."""


def connect(kubeconfig: str | None, context: str | None = None) -> ApiClient:
    """Return a client; nothing is sent yet. Without `kubeconfig`: the pod's service account, else kubectl's default.

    The client trusts the cluster's own certificate authority only: it is urllib3, which reads neither
    REQUESTS_CA_BUNDLE nor SSL_CERT_FILE when it was given one. Raises ClusterError when the configuration is no good.
    """
    if kubeconfig is None and context is None and os.environ.get("KUBERNETES_SERVICE_HOST"):
        return connect_in_cluster()
    return connect_by_file(kubeconfig or str(KUBE_CONFIG_DEFAULT_LOCATION), context)


def connect_in_cluster(settings: Settings = Settings()) -> ApiClient:
    """Return a client of the cluster of the pod that we run in. Raises ClusterError outside of a pod."""
    configuration = _configuration(settings)
    try:
        load_incluster_config(client_configuration=configuration)
    except ConfigException as error:
        raise ClusterError(
            f"cannot connect to the cluster of this pod: {error}. "
            "Mount its service account token (automountServiceAccountToken), or name a kubeconfig"
        ) from error
    return ApiClient(configuration)


def connect_by_file(kubeconfig: str, context: str | None, settings: Settings = Settings()) -> ApiClient:
    """Return a client of the cluster that a file names (several as in KUBECONFIG). Raises ClusterError."""
    where = f"kubeconfig {kubeconfig}" + (f", context {context!r}" if context else "")
    if not any(os.path.isfile(os.path.expanduser(part)) for part in kubeconfig.split(os.pathsep)):  # noqa: PTH111, PTH113 - for any text
        raise ClusterError(f"{where}: there is no such file. Name one in the connection, or set KUBECONFIG")
    load = partial(new_client_from_config, kubeconfig, context, persist_config=False)
    return _loaded(where, load, settings)


def connect_by_content(
    content: Any,
    context: str | None,
    where: str,
    settings: Settings = Settings(),
) -> ApiClient:
    """Return a client of the cluster that a kubeconfig's content names, an object or a text. Raises ClusterError."""
    told = where + (f", context {context!r}" if context else "")
    loaded = _parsed(content)
    if not isinstance(loaded, dict):
        raise ClusterError(f"{told}: is no kubeconfig, as JSON or YAML. Correct it")
    load = partial(new_client_from_config_dict, loaded, context, persist_config=False)
    return _loaded(told, load, settings)


def _parsed(content: Any) -> Any:
    """None for what cannot be read: the parser's message would tell a part of the content, which is secret."""
    try:
        return yaml.safe_load(content) if isinstance(content, str) else content
    except yaml.YAMLError:
        return None


def _loaded(where: str, load: Callable[..., ApiClient], settings: Settings) -> ApiClient:
    try:
        return load(client_configuration=_configuration(settings))
    except UNUSABLE as error:
        raise ClusterError(f"{where}: cannot be used: {' '.join(str(error).split())}. Correct it") from error


def client_settings(**given: str) -> Configuration:
    """Settings of every client here, whatever it connects to."""
    configuration = Configuration(**given)
    configuration.connection_pool_maxsize = POOL
    configuration.retries = ONCE_MORE
    return configuration


def _configuration(settings: Settings) -> Configuration:
    configuration = client_settings()
    configuration.verify_ssl = settings.verify
    if settings.keepalive:
        configuration.socket_options = [*HTTPConnection.default_socket_options, *KEEPALIVE]
    return configuration
