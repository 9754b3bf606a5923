"""Every record of a topic between recorded offsets, in batches of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from flink_chaos import clock
from flink_chaos.model.batches import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Consumer

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.topics import Offsets
    from flink_chaos.model.batches import Isolation

BATCH = 50_000
"""Records that the consumer library hands over at once."""

QUIET_SECONDS = 60.0
"""How long the brokers may be silent before the scan is given up."""


FETCH = {
    # The library fetches 100,000 records ahead and then sleeps for a second, in which they are long read.
    "fetch_queue_backoff_ms": "10",
}


def scan(kafka: Kafka, topic: str, begin: Offsets, end: Offsets, isolation: Isolation) -> Iterator[pa.RecordBatch]:
    """Yield the records of each partition from `begin` up to before `end`, in the order of their offsets.

    Raises KafkaProblem when a broker refuses, when retention has removed `begin`, or after a minute of silence: a scan
    is whole or none.
    """
    left = {number: until for number, until in end.items() if begin[number] < until}
    reader = kafka.consumer(isolation_level=isolation, enable_partition_eof="true", auto_offset_reset="error", **FETCH)
    try:
        reader.assign([TopicPartition(topic, number, begin[number]) for number in left])
        yield from _batches(kafka, reader, topic, left)
    finally:
        reader.close()


def _batches(kafka: Kafka, reader: Consumer, topic: str, left: Offsets) -> Iterator[pa.RecordBatch]:
    """Takes a partition out of `left` once its end is reached."""
    heard = clock.monotonic()
    while left:
        messages = reader.consume(BATCH, timeout=1.0)
        if messages:
            heard = clock.monotonic()
        elif clock.monotonic() - heard > QUIET_SECONDS:
            raise kafka.problem(_what(topic, left), f"no answer within {QUIET_SECONDS:g} s")
        events = [message for message in messages if message.error() is not None]
        records = [message for message in messages if message.error() is None] if events else messages
        found, reached = _before(_columns(records), left)
        done = reached | _ended(kafka, events, topic, left)
        reader.pause([TopicPartition(topic, number) for number in done])
        for number in done:
            del left[number]
        if found.num_rows:
            yield found


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


def _before(batch: pa.RecordBatch, ends: Offsets) -> tuple[pa.RecordBatch, set[int]]:
    """The records before the ends of the partitions that are still read, and those whose end they have reached."""
    place = pc.index_in(batch["partition"], value_set=pa.array(list(ends), pa.int32()))
    until = pc.take(pa.array(list(ends.values()), pa.int64()), place)
    last = batch.filter(pc.greater_equal(pc.add(batch["offset"], 1), until))
    return batch.filter(pc.less(batch["offset"], until)), set(pc.unique(last["partition"]).to_pylist())


def _ended(kafka: Kafka, events: list[Any], topic: str, left: Offsets) -> set[int]:
    """Partitions that end with a marker of a transaction: no record tells their end."""
    ended = set()
    for event in events:
        number, error = event.partition(), event.error()
        if error.code() != KafkaError._PARTITION_EOF:
            if not error.retriable():
                raise kafka.problem(_what(topic, left), KafkaException(error))
        elif number in left and event.offset() >= left[number]:
            ended.add(number)  # it tells the offset that comes next
    return ended


def _what(topic: str, left: Offsets) -> str:
    ends = ", ".join(f"{number} up to {until}" for number, until in sorted(left.items()))
    return f"read topic {topic!r}, partitions {ends}"
