"""Every record of a topic between recorded offsets, in batches of columns."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from confluent_kafka import KafkaError, KafkaException, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Consumer

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.topics import Offsets

Isolation = Literal["read_committed", "read_uncommitted"]
SCHEMA = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp_ms", pa.int64()),
        ("value", pa.binary()),
    ]
)
BATCH = 50_000
"""Records that the consumer library hands over at once."""

QUIET_SECONDS = 60.0
"""How long the brokers may be silent before the scan is given up."""


def scan(kafka: Kafka, topic: str, begin: Offsets, end: Offsets, isolation: Isolation) -> Iterator[pa.RecordBatch]:
    """Yield the records of each partition from `begin` up to before `end`, in the order of their offsets.

    Raises KafkaProblem when a broker refuses, when retention has removed `begin`, or after a minute of silence: a scan
    is whole or none.
    """
    left = {number: until for number, until in end.items() if begin[number] < until}
    reader = kafka.consumer(
        isolation_level=isolation, enable_partition_eof="true", auto_offset_reset="error", fetch_min_bytes="100000"
    )
    try:
        reader.assign([TopicPartition(topic, number, begin[number]) for number in left])
        yield from _batches(kafka, reader, topic, left)
    finally:
        reader.close()


def _batches(kafka: Kafka, reader: Consumer, topic: str, left: Offsets) -> Iterator[pa.RecordBatch]:
    heard = time.monotonic()
    while left:
        messages = reader.consume(BATCH, timeout=1.0)
        if messages:
            heard = time.monotonic()
        elif time.monotonic() - heard > QUIET_SECONDS:
            raise kafka.problem(_what(topic, left), f"no answer within {QUIET_SECONDS:g} s")
        before = set(left)
        found = _wanted(kafka, messages, topic, left)
        reader.pause([TopicPartition(topic, number) for number in before - left.keys()])
        if found:
            yield _columns(found)


def _wanted(kafka: Kafka, messages: list[Any], topic: str, left: Offsets) -> list[Any]:
    """The records before the ends; takes a partition out of `left` once its end is reached."""
    ends = dict(left)
    wanted = []
    for message in messages:
        number, error = message.partition(), message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            if not error.retriable():
                raise kafka.problem(_what(topic, left), KafkaException(error))
        elif number in ends:
            # The end of a partition tells the offset that comes next.
            if error is None and message.offset() < ends[number]:
                wanted.append(message)
            if message.offset() >= ends[number] - (error is None):
                left.pop(number, None)
    return wanted


def _columns(messages: list[Any]) -> pa.RecordBatch:
    columns = [
        [message.partition() for message in messages],
        [message.offset() for message in messages],
        [message.timestamp()[1] for message in messages],
        [message.value() for message in messages],
    ]
    return pa.record_batch(
        [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def _what(topic: str, left: Offsets) -> str:
    ends = ", ".join(f"{number} up to {until}" for number, until in sorted(left.items()))
    return f"read topic {topic!r}, partitions {ends}"
