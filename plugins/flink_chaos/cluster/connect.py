"""A client for one cluster, from a kubeconfig or from the pod that we run in."""

from __future__ import annotations

import os
from pathlib import Path

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import (
    KUBE_CONFIG_DEFAULT_LOCATION,
    ConfigException,
    load_incluster_config,
    new_client_from_config,
)
from urllib3 import Retry

from flink_chaos.cluster.errors import ClusterError

POOL = 16
"""Connections kept open, for the observer's threads beside each other."""

ONCE_MORE = Retry(1, allowed_methods=["GET"], respect_retry_after_header=False)
"""Only for a connection that the server has closed: what to send again, and when, is for `cluster.patience`."""


def connect(kubeconfig: str | None, context: str | None = None) -> ApiClient:
    """Return a client; nothing is sent yet. Without `kubeconfig`: the pod's service account, else kubectl's default.

    The client trusts the cluster's own certificate authority only: it is urllib3, which reads neither
    REQUESTS_CA_BUNDLE nor SSL_CERT_FILE when it was given one. Raises ClusterError when the configuration is no good.
    """
    if kubeconfig is None and context is None and os.environ.get("KUBERNETES_SERVICE_HOST"):
        return _in_cluster()
    return _from_file(kubeconfig or str(KUBE_CONFIG_DEFAULT_LOCATION), context)


def _in_cluster() -> ApiClient:
    settings = client_settings()
    try:
        load_incluster_config(client_configuration=settings)
    except ConfigException as error:
        raise ClusterError(
            f"cannot connect to the cluster of this pod: {error}. "
            "Mount its service account token (automountServiceAccountToken), or name a kubeconfig"
        ) from error
    return ApiClient(settings)


def _from_file(kubeconfig: str, context: str | None) -> ApiClient:
    where = f"kubeconfig {kubeconfig}" + (f", context {context!r}" if context else "")
    if not any(Path(part).expanduser().is_file() for part in kubeconfig.split(os.pathsep)):
        raise ClusterError(f"{where}: there is no such file. Name one in the connection, or set KUBECONFIG")
    try:
        return new_client_from_config(kubeconfig, context, persist_config=False, client_configuration=client_settings())
    except (ConfigException, yaml.YAMLError, OSError, TypeError, ValueError) as error:
        raise ClusterError(f"{where}: cannot be used: {' '.join(str(error).split())}. Correct the file") from error


def client_settings(**given: str) -> Configuration:
    """Settings of every client here, whatever it connects to."""
    settings = Configuration(**given)
    settings.connection_pool_maxsize = POOL
    settings.retries = ONCE_MORE
    return settings
