"""Transactions that are open on a topic, and whose they are (KIP-664): librdkafka cannot ask, kafka-python can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.kafka.second_client import second_client
from flink_chaos.model.facts import OpenTransaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka import KafkaAdminClient

    from flink_chaos.kafka.admin import Kafka

CLOSED = ("Empty", "CompleteCommit", "CompleteAbort", "Dead")


def open_transactions(kafka: Kafka, topic: str) -> list[OpenTransaction]:
    """Those with a record in the topic that have neither been committed nor aborted, the oldest first.

    Raises KafkaProblem when brokers older than 3.0, a missing right to describe transactional ids, or a security
    setting that only librdkafka knows do not let us look.
    """
    with second_client(kafka, f"list the transactions of topic {topic!r}") as client:
        return sorted(_open(client, topic), key=lambda one: -one.age_seconds)


def _open(client: KafkaAdminClient, topic: str) -> Iterator[OpenTransaction]:
    listed = [one for found in client.list_transactions().values() for one in found]
    names = [one.transactional_id for one in listed if one.state.value not in CLOSED]
    now_ms = clock.now().timestamp() * 1000
    for name, told in client.describe_transactions(names).items():
        partitions = sorted(one.partition for one in told.topic_partitions if one.topic == topic)
        if partitions and told.state.value not in CLOSED:
            yield OpenTransaction(
                transactional_id=name,
                state=told.state.value,
                age_seconds=max(0.0, now_ms - told.transaction_start_time_ms) / 1000,
                timeout_seconds=told.transaction_timeout_ms / 1000,
                partitions=partitions,
            )
