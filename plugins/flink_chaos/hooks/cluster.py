"""Opens the cluster that a connection of type `kubernetes` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.hooks.fields import WrongConnectionError, extra_of, refuse_fields, truth_of

if TYPE_CHECKING:
    from airflow.sdk import Connection
    from kubernetes.client import ApiClient

    from flink_chaos.cluster.objects import Cluster

KIND = "Kubernetes"
PREFIX = "extra__kubernetes__"
"""Of fields that an old Airflow wrote."""

PLACES = ("in_cluster", "kube_config_path", "kube_config")
SETTINGS = ("cluster_context", "disable_verify_ssl", "disable_tcp_keepalive")
OF_PODS = (
    "namespace",
    "xcom_sidecar_container_image",
    "xcom_sidecar_container_resources",
    "xcom_sidecar_container_security_context",
)
"""What Airflow's own operators take for pods that they start; a run's namespace is its environment's."""

UNUSED = ("host", "port", "login", "password", "schema")


def open_cluster(connection: Connection) -> Cluster:
    """Return a client; nothing is sent yet.

    The fields mean what they mean to Airflow's KubernetesHook. One that names no cluster is good inside of a pod only,
    which has a cluster: whatever ~/.kube/config happens to name is never used.

    Raises WrongConnectionError for fields that contradict each other or that nobody knows, ClusterError when the
    configuration is no good.
    """
    from flink_chaos.cluster.objects import Cluster

    refuse_fields(connection, KIND, UNUSED, "The extra names the cluster: in_cluster, kube_config_path or kube_config")
    return Cluster(_client(connection, _fields(connection)))


def _fields(connection: Connection) -> dict[str, Any]:
    """The fields that are filled in, without the prefix of old ones; a name without it goes before."""
    extra = extra_of(connection, KIND)
    fields = {name.removeprefix(PREFIX): value for name, value in extra.items() if name.startswith(PREFIX)}
    fields |= {name: value for name, value in extra.items() if not name.startswith(PREFIX)}
    known = (*PLACES, *SETTINGS, *OF_PODS)
    if strange := [name for name in fields if name not in known]:
        raise WrongConnectionError(connection, KIND, f"{', '.join(strange)} in its extra. Known are {', '.join(known)}")
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _client(connection: Connection, fields: dict[str, Any]) -> ApiClient:
    from flink_chaos.cluster.connect import Settings, connect_by_content, connect_by_file, connect_in_cluster

    flags = ("in_cluster", "disable_verify_ssl", "disable_tcp_keepalive")
    given = {name: truth_of(connection, KIND, name, fields.get(name)) for name in flags}
    settings = Settings(verify=not given["disable_verify_ssl"], keepalive=not given["disable_tcp_keepalive"])
    named = [name for name in PLACES if (given[name] if name == "in_cluster" else name in fields)]
    if len(named) > 1:
        raise WrongConnectionError(connection, KIND, f"{' and '.join(named)}. Keep one of them")
    context = fields.get("cluster_context")
    if context and named in ([], ["in_cluster"]):
        raise WrongConnectionError(connection, KIND, "cluster_context without kube_config_path or kube_config. Add one")
    if named == ["kube_config_path"]:
        return connect_by_file(str(fields["kube_config_path"]), context, settings)
    if named == ["kube_config"]:
        where = f"kube_config of connection {connection.conn_id!r}"
        return connect_by_content(fields["kube_config"], context, where, settings)
    return connect_in_cluster(settings)
