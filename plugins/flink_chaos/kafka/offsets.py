"""A consumer group's offsets: read them, plan a reset, write it and prove that it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.strategies import OffsetStrategy, PartitionState, parse_strategy
from flink_chaos.kafka.topics import TIMEOUT, end_offsets, offsets_at, partitions_of, start_offsets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.topics import Offsets

__all__ = [
    "OffsetStrategy",
    "committed",
    "delete_group",
    "members",
    "parse_strategy",
    "plan_reset",
    "write_offsets",
]

IDLE = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)


def committed(
    kafka: Kafka, group: str, topic: str, *, partitions: Sequence[int] | None = None, timeout: float = TIMEOUT
) -> dict[int, int | None]:
    """Return the group's commit in every partition of the topic; None where there is none.

    `partitions` saves the question how many there are.
    """
    wanted = partitions_of(kafka, topic, timeout) if partitions is None else partitions
    asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, number) for number in wanted])
    future = kafka.admin.list_consumer_group_offsets([asked], request_timeout=timeout)[group]
    what = f"read the offsets of group {group!r} in topic {topic!r}"
    answered = kafka.result(future, what, timeout).topic_partitions
    _refuse_errors(kafka, what, answered)
    return {found.partition: found.offset if found.offset >= 0 else None for found in answered}


def plan_reset(kafka: Kafka, group: str, topic: str, strategy: OffsetStrategy, timeout: float = TIMEOUT) -> Offsets:
    """Return where every partition would start, as Kafka's own tool would set it. Writes nothing."""
    starts, ends = start_offsets(kafka, topic, timeout), end_offsets(kafka, topic, timeout)
    commits = committed(kafka, group, topic, partitions=list(ends), timeout=timeout)
    times = _at_time(kafka, topic, strategy.time_asked(datetime.now(UTC)), timeout)
    return {
        number: strategy.target(PartitionState(number, starts[number], end, commits.get(number), times.get(number)))
        for number, end in sorted(ends.items())
    }


def write_offsets(kafka: Kafka, group: str, topic: str, offsets: Mapping[int, int], timeout: float = TIMEOUT) -> None:
    """Commit `offsets` for the group, then read them back.

    Raises KafkaProblem when the group has members (they would write over it), when a partition refuses, or when
    something else stands there afterwards. A Flink job has no members: the caller has to know that none runs.
    """
    _refuse_active(kafka, group, timeout)
    wanted = [TopicPartition(topic, number, offset) for number, offset in sorted(offsets.items())]
    request = [ConsumerGroupTopicPartitions(group, wanted)]
    future = kafka.admin.alter_consumer_group_offsets(request, request_timeout=timeout)[group]
    what = f"write the offsets of group {group!r} in topic {topic!r}"
    _refuse_errors(kafka, what, kafka.result(future, what, timeout).topic_partitions)
    found = committed(kafka, group, topic, partitions=sorted(offsets), timeout=timeout)
    if found != dict(offsets):
        other = {
            number: (offset, found.get(number)) for number, offset in offsets.items() if found.get(number) != offset
        }
        raise kafka.problem(what, f"partition: (written, read back) = {other}; something else commits for this group")


def members(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> list[str]:
    """Return who consumes as this group, as "client at host"; nobody if there is no such group."""
    return _describe(kafka, group, timeout)[1]


def delete_group(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> bool:
    """Delete the group with all its offsets; False if there was none. Raises KafkaProblem while it has members."""
    future = kafka.admin.delete_consumer_groups([group], request_timeout=timeout)[group]
    try:
        future.result(timeout)
    except KafkaException as error:
        if _code(error) == KafkaError.GROUP_ID_NOT_FOUND:
            return False
        raise kafka.problem(f"delete group {group!r}", error) from error
    return True


def _refuse_active(kafka: Kafka, group: str, timeout: float) -> None:
    state, present = _describe(kafka, group, timeout)
    if present or state not in IDLE:
        raise KafkaProblem(
            f"offsets of group {group!r} at {kafka.servers} can only be set while nobody consumes as it; it is "
            f"{state.name} with {', '.join(present) or 'no member yet'}: stop it, or name another group"
        )


def _describe(kafka: Kafka, group: str, timeout: float) -> tuple[ConsumerGroupState, list[str]]:
    future = kafka.admin.describe_consumer_groups([group], request_timeout=timeout)[group]
    try:
        found = future.result(timeout)
    except KafkaException as error:
        if _code(error) == KafkaError.GROUP_ID_NOT_FOUND:
            return ConsumerGroupState.DEAD, []
        raise kafka.problem(f"describe group {group!r}", error) from error
    return found.state, [f"{member.client_id} at {member.host.lstrip('/')}" for member in found.members]


def _at_time(kafka: Kafka, topic: str, at: datetime | None, timeout: float) -> dict[int, int]:
    if at is None:
        return {}
    found = offsets_at(kafka, topic, OffsetSpec.for_timestamp(int(at.timestamp() * 1000)), timeout=timeout)
    return {number: offset for number, offset in found.items() if offset >= 0}


def _refuse_errors(kafka: Kafka, what: str, answered: Sequence[Any]) -> None:
    refused = {found.partition: found.error.str() for found in answered if found.error}
    if refused:
        raise kafka.problem(what, f"partitions refuse: {refused}")


def _code(error: KafkaException) -> int:
    return int(error.args[0].code())
