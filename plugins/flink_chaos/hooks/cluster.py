"""Opens the cluster that a connection of type `kubernetes` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from flink_chaos.cluster.objects import Cluster


def open_cluster(connection: Connection) -> Cluster:
    """Return a client; nothing is sent yet. Raises ClusterError when the configuration is no good.

    `kube_config_path` and `cluster_context` of the extra are used; without them the pod's own service account.
    """
    from flink_chaos.cluster.connect import connect
    from flink_chaos.cluster.objects import Cluster

    extra = connection.extra_dejson
    return Cluster(connect(extra.get("kube_config_path"), extra.get("cluster_context")))
