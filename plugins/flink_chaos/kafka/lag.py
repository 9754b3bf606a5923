"""How far a consumer group is behind, and whether what is left can ever be consumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from flink_chaos import clock
from flink_chaos.kafka.offsets import committed
from flink_chaos.kafka.topics import TIMEOUT, offsets_at, partitions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from confluent_kafka import Consumer

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.topics import Offsets


@dataclass(frozen=True)
class Lag:
    """Records between a group's commits and `end`, by partition. Counts offsets: transaction markers are among them."""

    total: int
    by_partition: dict[int, int]
    committed: dict[int, int | None]
    end: Offsets


class LagReader:
    """Reads lag again and again over one connection; a poll of 1,000 partitions takes some 25 ms."""

    def __init__(self, kafka: Kafka) -> None:
        """Connects on first use."""
        self.kafka = kafka
        self._partitions: dict[str, list[int]] = {}

    def read(self, group: str, topic: str, end: Offsets | None = None, timeout: float = TIMEOUT) -> Lag:
        """Return the group's lag in the topic, up to `end` (offsets frozen by the caller), else to the present end.

        A partition without a commit counts from its log start offset. A commit behind `end` counts as no lag.
        Without `end` the topic's partitions are asked for once: partitions that are added later are not seen.
        """
        if end is None:
            end = offsets_at(
                self.kafka, topic, OffsetSpec.latest(), partitions=self._numbers(topic, timeout), timeout=timeout
            )
        commits = committed(self.kafka, group, topic, partitions=list(end), timeout=timeout)
        missing = [number for number, offset in commits.items() if offset is None]
        starts = offsets_at(self.kafka, topic, OffsetSpec.earliest(), partitions=missing, timeout=timeout)
        return lag_of(commits, starts, end)

    def _numbers(self, topic: str, timeout: float) -> list[int]:
        if topic not in self._partitions:
            self._partitions[topic] = partitions_of(self.kafka, topic, timeout)
        return self._partitions[topic]


def lag_of(commits: Mapping[int, int | None], starts: Offsets, end: Offsets) -> Lag:
    """Count the lag; `starts` holds the log start of the partitions without a commit."""
    by_partition = {
        number: max(0, until - (starts[number] if (done := commits.get(number)) is None else done))
        for number, until in end.items()
    }
    return Lag(sum(by_partition.values()), by_partition, dict(commits), dict(end))


def only_control_records(kafka: Kafka, topic: str, partition: int, start: int, end: int, timeout: float) -> bool:
    """Tell whether a read_committed consumer finds no record from `start` up to before `end`.

    Flink never commits past a transaction's marker or aborted records at the end of a partition: such a rest is no
    lag. False as well while an open transaction hides what is there. Raises KafkaProblem when `timeout` seconds do
    not decide it, or when retention has already removed `start`.
    """
    if start >= end:
        return True
    reader = kafka.consumer(isolation_level="read_committed", enable_partition_eof="true", auto_offset_reset="error")
    try:
        reader.assign([TopicPartition(topic, partition, start)])
        return _nothing_before(kafka, reader, TopicPartition(topic, partition), end, timeout)
    finally:
        reader.close()


def _nothing_before(kafka: Kafka, reader: Consumer, where: TopicPartition, end: int, timeout: float) -> bool:
    deadline = clock.monotonic() + timeout
    what = f"read topic {where.topic!r} partition {where.partition} up to offset {end}"
    while (left := deadline - clock.monotonic()) > 0:
        message = reader.poll(min(left, 0.2))
        if message is not None and (verdict := _judge(kafka, message, end, what)) is not None:
            return verdict
        if reader.position([where])[0].offset >= end:
            return True
    raise kafka.problem(what, f"not reached within {timeout:g} s", transient=True)


def _judge(kafka: Kafka, message: Any, end: int, what: str) -> bool | None:
    error = message.error()
    if error is None:
        return bool(message.offset() >= end)
    if error.code() == KafkaError._PARTITION_EOF:
        return bool(message.offset() >= end)
    if error.retriable():
        return None
    raise kafka.problem(what, KafkaException(error))
