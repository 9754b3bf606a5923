"""Opens a stored run with the systems that Airflow's connections name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from flink_chaos.hooks.cluster import open_cluster

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from flink_chaos.steps.run import Run


class FlinkChaosHook(BaseHook):
    """A run at work.

    :param kafka_conn_id: connection of type `kafka`: its extra is librdkafka's configuration.
    :param kubernetes_conn_id: connection of type `kubernetes`, see `open_cluster`.
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
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Store

    attempt = Store().attempt(run_key)
    kafka_client = Kafka(kafka.extra_dejson)
    return Run(plan=attempt.plan(), attempt=attempt, kafka=kafka_client, cluster=open_cluster(kubernetes))
