"""Opens a stored run with the systems that Airflow's connections name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from flink_chaos.steps.run import Run


class FlinkChaosHook(BaseHook):
    """A run at work.

    :param kafka_conn_id: connection of type `kafka`: its extra is librdkafka's configuration.
    :param kubernetes_conn_id: connection of type `kubernetes`: `kube_config_path` and `cluster_context` of its extra
        are used; without them the pod's own service account.
    """

    def __init__(self, *, kafka_conn_id: str, kubernetes_conn_id: str) -> None:
        super().__init__()
        self.kafka_conn_id = kafka_conn_id
        self.kubernetes_conn_id = kubernetes_conn_id

    def run(self, run_key: str) -> Run:
        """The run of that key, from a task."""
        kafka, kubernetes = self.get_connection(self.kafka_conn_id), self.get_connection(self.kubernetes_conn_id)
        return _open(run_key, kafka, kubernetes)

    async def arun(self, run_key: str) -> Run:
        """The run of that key, from a trigger."""
        kafka = await self.aget_connection(self.kafka_conn_id)
        kubernetes = await self.aget_connection(self.kubernetes_conn_id)
        return await asyncio.to_thread(_open, run_key, kafka, kubernetes)


def _open(run_key: str, kafka: Connection, kubernetes: Connection) -> Run:
    from flink_chaos.cluster.connect import connect
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Store

    attempt = Store().attempt(run_key)
    extra = kubernetes.extra_dejson
    cluster = Cluster(connect(extra.get("kube_config_path"), extra.get("cluster_context")))
    return Run(plan=attempt.plan(), attempt=attempt, kafka=Kafka(kafka.extra_dejson), cluster=cluster)
