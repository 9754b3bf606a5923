"""Opens a stored run with the systems that its environment names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from flink_chaos.hooks.cluster import open_cluster
from flink_chaos.hooks.kafka import open_kafka

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.environment import Connections, Environment
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Attempt


class FlinkChaosHook(BaseHook):
    """A run at work.

    :param kafka_conn_id: connection of type `kafka`, see `open_kafka`; instead of the environment's.
    :param kubernetes_conn_id: connection of type `kubernetes`, see `open_cluster`; instead of the environment's.
    """

    def __init__(self, *, kafka_conn_id: str | None = None, kubernetes_conn_id: str | None = None) -> None:
        super().__init__()
        self.kafka_conn_id = kafka_conn_id
        self.kubernetes_conn_id = kubernetes_conn_id

    def run(self, run_key: str) -> Run:
        """The run of that key, from a task."""
        attempt, plan = _stored(run_key)
        named = self._named(plan.environment)
        return _open(attempt, plan, self.get_connection(named.kafka), self.get_connection(named.kubernetes))

    async def arun(self, run_key: str) -> Run:
        """The run of that key, from a trigger."""
        attempt, plan = await asyncio.to_thread(_stored, run_key)
        named = self._named(plan.environment)
        kafka = await self.aget_connection(named.kafka)
        kubernetes = await self.aget_connection(named.kubernetes)
        return await asyncio.to_thread(_open, attempt, plan, kafka, kubernetes)

    def systems(self, environment: Environment) -> tuple[Cluster, Kafka]:
        """The cluster and Kafka of an environment, for whoever has no run."""
        named = self._named(environment)
        return open_cluster(self.get_connection(named.kubernetes)), open_kafka(self.get_connection(named.kafka))

    def _named(self, environment: Environment) -> Connections:
        from flink_chaos.model.environment import Connections

        if self.kafka_conn_id and self.kubernetes_conn_id:
            return Connections(kafka=self.kafka_conn_id, kubernetes=self.kubernetes_conn_id)
        named = connections_of(environment)
        return Connections(
            kafka=self.kafka_conn_id or named.kafka, kubernetes=self.kubernetes_conn_id or named.kubernetes
        )


def connections_of(environment: Environment) -> Connections:
    """The connections of an environment; only where people stand by default may they go unnamed.

    Raises StepError for another one that names none: it would act on the first one's cluster.
    """
    from flink_chaos.model.environment import Connections
    from flink_chaos.profiles.catalogue import default_environment
    from flink_chaos.steps.run import StepError

    if environment.connections is not None:
        return environment.connections
    if environment.name == default_environment():
        return Connections()
    raise StepError(
        f"environment {environment.name} names no Airflow connections, and those of {default_environment()} lead "
        f"elsewhere: add `connections: {{kafka: ..., kubernetes: ...}}` to include/environments/{environment.name}.yaml"
    )


def _stored(run_key: str) -> tuple[Attempt, RunPlan]:
    from flink_chaos.store.records import Store

    attempt = Store().attempt(run_key)
    return attempt, attempt.plan()


def _open(attempt: Attempt, plan: RunPlan, kafka: Connection, kubernetes: Connection) -> Run:
    from flink_chaos.steps.run import Run

    return Run(plan=plan, attempt=attempt, kafka=open_kafka(kafka), cluster=open_cluster(kubernetes))
