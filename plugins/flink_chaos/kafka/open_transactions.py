"""Transactions that are open on a topic, and whose they are (KIP-664): librdkafka cannot ask, kafka-python can."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient

from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.facts import OpenTransaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flink_chaos.kafka.admin import Kafka

MS = 10_000
"""Longest wait for an answer."""

NAMES = {
    "bootstrap.servers": "bootstrap_servers",
    "security.protocol": "security_protocol",
    "sasl.mechanism": "sasl_mechanism",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
    "ssl.ca.location": "ssl_cafile",
    "ssl.certificate.location": "ssl_certfile",
    "ssl.key.location": "ssl_keyfile",
    "ssl.key.password": "ssl_password",
}
"""librdkafka's name of a setting and kafka-python's."""

SECURITY = ("security.", "sasl.", "ssl.")
CLOSED = ("Empty", "CompleteCommit", "CompleteAbort", "Dead")


def open_transactions(kafka: Kafka, topic: str) -> list[OpenTransaction]:
    """Those with a record in the topic that have neither been committed nor aborted, the oldest first.

    Raises KafkaProblem when brokers older than 3.0, a missing right to describe transactional ids, or a security
    setting that only librdkafka knows do not let us look.
    """
    what = f"list the transactions of topic {topic!r}"
    try:
        with closing(KafkaAdminClient(**settings(kafka.config))) as client:
            return sorted(_open(client, topic), key=lambda one: -one.age_seconds)
    except KafkaProblem:
        raise
    except Exception as error:
        # Also what kafka-python has not thought of, such as a broker's answer that it cannot read.
        transient = isinstance(error, OSError) or bool(getattr(error, "retriable", False))
        raise kafka.problem(what, f"{type(error).__name__}: {error}", transient=transient) from error


def settings(config: Mapping[str, str]) -> dict[str, Any]:
    """The same connection for kafka-python. Raises KafkaProblem for security settings that it does not have."""
    strange = [name for name in config if name.startswith(SECURITY) and name not in NAMES]
    if strange:
        raise KafkaProblem(f"transactions cannot be listed: {', '.join(strange)} is known to librdkafka only")
    found: dict[str, Any] = {NAMES[name]: value for name, value in config.items() if name in NAMES}
    if "security_protocol" in found:
        found["security_protocol"] = found["security_protocol"].upper()
    return {**found, "client_id": "flink-chaos", "request_timeout_ms": MS, "bootstrap_timeout_ms": MS}


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
