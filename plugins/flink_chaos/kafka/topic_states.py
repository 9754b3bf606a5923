"""What a topic is like: its identity, its partitions, and what Kafka does with its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import ConfigResource, OffsetSpec

from flink_chaos.clock import now
from flink_chaos.kafka.reasons import OLD, code_of
from flink_chaos.kafka.topics import TIMEOUT, offsets_at, partition_count
from flink_chaos.model.topic_facts import TopicState

if TYPE_CHECKING:
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.topic_facts import Moment

NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"
"""What brokers before 2.8 say: 16 bytes of zero."""

NOT_TOLD = (*OLD, KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED)
"""Answers that leave a part of the state unknown: old brokers, and a missing right to describe configurations."""


def topic_state(kafka: Kafka, topic: str, moment: Moment, timeout: float = TIMEOUT) -> TopicState:
    """Look at a topic; one that does not exist has no partition. Raises KafkaProblem when no broker answers."""
    partitions = list(range(partition_count(kafka, topic, timeout)))
    if not partitions:
        return TopicState(at=now(), clock="kafka", moment=moment, topic=topic, partitions=0, starts={})
    starts = offsets_at(kafka, topic, OffsetSpec.earliest(), partitions=partitions, timeout=timeout)
    config = _config(kafka, topic, timeout)
    return TopicState(
        at=now(),
        clock="kafka",
        moment=moment,
        topic=topic,
        topic_id=_id(kafka, topic, timeout),
        partitions=len(partitions),
        cleanup_policy=config.get("cleanup.policy") or "",
        retention_ms=_number(config.get("retention.ms")),
        retention_bytes=_number(config.get("retention.bytes")),
        timestamp_type=config.get("message.timestamp.type") or "",
        starts=starts,
    )


def _id(kafka: Kafka, topic: str, timeout: float) -> str:
    names = TopicCollection([topic])
    try:
        found: Any = kafka.answer(lambda admin: admin.describe_topics(names, request_timeout=timeout)[topic], timeout)
    except KafkaException as error:
        if code_of(error) in NOT_TOLD:
            return ""
        raise kafka.problem(f"describe topic {topic!r}", error) from error
    told = str(found.topic_id or "")
    return "" if told == NO_ID else told


def _config(kafka: Kafka, topic: str, timeout: float) -> dict[str, str | None]:
    asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
    try:
        found = kafka.answer(lambda admin: admin.describe_configs([asked], request_timeout=timeout)[asked], timeout)
    except KafkaException as error:
        if code_of(error) in NOT_TOLD:
            return {}
        raise kafka.problem(f"read the configuration of topic {topic!r}", error) from error
    return {name: entry.value for name, entry in found.items()}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdecimal() else None
