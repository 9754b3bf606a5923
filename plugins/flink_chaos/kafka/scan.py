"""Every record of a topic between recorded offsets, in batches of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from flink_chaos import clock
from flink_chaos.kafka.reasons import TRANSIENT, late
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

RENEW_SECONDS = 10.0
"""How long one consumer may be silent before another one tries."""

FETCH = {
    # The library fetches 100,000 records ahead and then sleeps for a second, in which they are long read.
    "fetch_queue_backoff_ms": "10",
}


@dataclass
class _Rest:
    """What is still to be read: up to where in each partition, and from where a new consumer would go on."""

    left: Offsets
    at: Offsets
    moved: float
    """When something was read last, by the monotonic clock."""

    def take(self, found: pa.RecordBatch, done: set[int]) -> None:
        """Take what was read out of what is left."""
        if found.num_rows or done:
            self.moved = clock.monotonic()
        for number in done:
            del self.left[number]
        self.at |= _highest(found)


def scan(kafka: Kafka, topic: str, begin: Offsets, end: Offsets, isolation: Isolation) -> Iterator[pa.RecordBatch]:
    """Yield the records of each partition from `begin` up to before `end`, in the order of their offsets.

    A partition that `begin` does not know is new, and read from its first record. After some silence another consumer
    goes on where the first one was. Raises KafkaProblem when a broker refuses, when retention has removed `begin`, or
    after a minute of silence: a scan is whole or none.
    """
    left = {number: until for number, until in end.items() if begin.get(number, 0) < until}
    rest = _Rest(left, {number: begin.get(number, 0) for number in left}, clock.monotonic())
    own = {"isolation_level": isolation, "enable_partition_eof": "true", "auto_offset_reset": "error", **FETCH}
    while rest.left:
        reader = kafka.consumer(**own)
        try:
            reader.assign([TopicPartition(topic, number, rest.at[number]) for number in rest.left])
            yield from _batches(kafka, reader, topic, rest)
        except KafkaException as error:
            raise kafka.problem(f"{_what(topic, rest.left)}, as group {kafka.reader_group!r}", error) from error
        finally:
            reader.close()


def _batches(kafka: Kafka, reader: Consumer, topic: str, rest: _Rest) -> Iterator[pa.RecordBatch]:
    """Ends when nothing is left, or when another consumer should try."""
    begun = clock.monotonic()
    while rest.left:
        messages = reader.consume(BATCH, timeout=1.0)
        events = [message for message in messages if message.error() is not None]
        records = [message for message in messages if message.error() is None] if events else messages
        found, reached = _before(_columns(records), rest.left)
        done = reached | _ended(kafka, events, topic, rest.left)
        reader.pause([TopicPartition(topic, number) for number in done])
        rest.take(found, done)
        if found.num_rows:
            yield found
        silent = clock.monotonic() - rest.moved
        if rest.left and silent > QUIET_SECONDS:
            raise kafka.problem(_what(topic, rest.left), late(QUIET_SECONDS))
        if min(silent, clock.monotonic() - begun) > RENEW_SECONDS:
            return


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
            if not error.retriable() and error.code() not in TRANSIENT:
                raise kafka.problem(_what(topic, left), KafkaException(error))
        elif number in left and event.offset() >= left[number]:
            ended.add(number)  # it tells the offset that comes next
    return ended


def _what(topic: str, left: Offsets) -> str:
    ends = ", ".join(f"{number} up to {until}" for number, until in sorted(left.items()))
    return f"read topic {topic!r}, partitions {ends}"


def count_committed(kafka: Kafka, topic: str, begin: Offsets, end: Offsets) -> tuple[int, Offsets]:
    """Count the committed records from `begin` up to before `end` by reading them; also tell where they really end.

    Offsets do not count records: markers of transactions, aborted records and what was compacted away have offsets too.
    """
    count, ends = 0, {number: begin.get(number, 0) for number in end}
    for batch in scan(kafka, topic, begin, end, "read_committed"):
        count += batch.num_rows
        ends |= _highest(batch)
    return count, ends


def _highest(batch: pa.RecordBatch) -> Offsets:
    """The offset after the last record of each partition."""
    found = pa.Table.from_batches([batch]).group_by("partition").aggregate([("offset", "max")])
    return {row["partition"]: row["offset_max"] + 1 for row in found.to_pylist()}
