"""What this user of Kafka may do, tried with requests that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection, TopicPartition

from flink_chaos import clock
from flink_chaos.kafka.offsets import delete_group, exists
from flink_chaos.kafka.reasons import OLD, TRANSIENT, code_of, late
from flink_chaos.kafka.topics import TIMEOUT, end_offsets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from confluent_kafka import Consumer

    from flink_chaos.kafka.admin import Kafka

PROBE_SECONDS = 10.0


def denied_on_topic(kafka: Kafka, topic: str, needed: Iterable[str], timeout: float = TIMEOUT) -> list[str]:
    """Return those of the operations (READ, DESCRIBE ...) that are not allowed; none where brokers do not tell."""
    names = TopicCollection([topic])
    limits: dict[str, Any] = {"include_authorized_operations": True, "request_timeout": timeout}
    try:
        found = kafka.answer(lambda admin: admin.describe_topics(names, **limits)[topic], timeout)
    except KafkaException as error:
        if code_of(error) in OLD:
            return []
        raise kafka.problem(f"describe topic {topic!r}", error) from error
    allowed = [operation.name for operation in found.authorized_operations or ()]
    return [operation for operation in needed if allowed and operation not in allowed]


def try_reading(kafka: Kafka, topic: str, timeout: float = PROBE_SECONDS) -> None:
    """Read from the end of the topic, where nothing is, as a proof does. Raises KafkaProblem if that is not allowed."""
    number, end = min(end_offsets(kafka, topic).items())
    reader = kafka.consumer(enable_partition_eof="true", auto_offset_reset="latest")
    what = f"read topic {topic!r} as group {kafka.reader_group!r}"
    try:
        reader.assign([TopicPartition(topic, number, end)])
        _until_answered(reader, timeout)
    except KafkaException as error:
        raise kafka.problem(what, error) from error
    finally:
        reader.close()


def _until_answered(reader: Consumer, timeout: float) -> None:
    deadline = clock.monotonic() + timeout
    while clock.monotonic() < deadline:
        message = reader.poll(0.2)
        error = message.error() if message is not None else None
        if message is not None and (error is None or error.code() == KafkaError._PARTITION_EOF):
            return
        if error is not None and error.code() not in TRANSIENT:
            raise KafkaException(error)
    raise late(timeout)


def try_deleting_group(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> None:
    """Ask to delete a group that does not exist: rights are looked at first. Raises KafkaProblem without the right."""
    if not exists(kafka, group, timeout):
        delete_group(kafka, group, timeout)
