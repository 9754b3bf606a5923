"""A consumer group's offsets: read them, plan a reset, write it and prove that it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from confluent_kafka import ConsumerGroupState, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.group_deletion import SETTLING, delete, in_words
from flink_chaos.kafka.reasons import COORDINATOR, TRANSIENT, code_of
from flink_chaos.kafka.strategies import OffsetStrategy, PartitionState, parse_strategy
from flink_chaos.kafka.topics import TIMEOUT, end_offsets, offsets_at, partitions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.topics import Offsets

__all__ = [
    "OffsetStrategy",
    "committed",
    "delete_group",
    "exists",
    "groups_ending",
    "members",
    "parse_strategy",
    "plan_reset",
    "write_offsets",
]

IDLE = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)
POLL = 0.1


def committed(
    kafka: Kafka, group: str, topic: str, *, partitions: Sequence[int] | None = None, timeout: float = TIMEOUT
) -> dict[int, int | None]:
    """Return the group's commit in every partition of the topic; None where there is none.

    `partitions` saves the question how many there are.
    """
    wanted = partitions_of(kafka, topic, timeout) if partitions is None else partitions
    if not wanted:
        return {}
    asked = [TopicPartition(topic, number) for number in wanted]
    what = f"read the offsets of group {group!r} in topic {topic!r}"
    answered = _partitions(kafka, what, lambda: kafka.group_reader(group).committed(asked, timeout=timeout), timeout)
    return {found.partition: found.offset if found.offset >= 0 else None for found in answered}


def plan_reset(kafka: Kafka, group: str, topic: str, strategy: OffsetStrategy, timeout: float = TIMEOUT) -> Offsets:
    """Return where every partition would start, as Kafka's own tool would set it. Writes nothing."""
    ends = end_offsets(kafka, topic, timeout)
    starts = offsets_at(kafka, topic, OffsetSpec.earliest(), partitions=list(ends), timeout=timeout)
    commits = committed(kafka, group, topic, partitions=list(ends), timeout=timeout)
    times = _at_time(kafka, topic, strategy.time_asked(clock.now()), timeout)
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
    what = f"write the offsets of group {group!r} in topic {topic!r}"
    _partitions(kafka, what, lambda: kafka.group_reader(group).commit(offsets=wanted, asynchronous=False), timeout)
    found = committed(kafka, group, topic, partitions=sorted(offsets), timeout=timeout)
    if found != dict(offsets):
        other = {
            number: (offset, found.get(number)) for number, offset in offsets.items() if found.get(number) != offset
        }
        raise kafka.problem(what, f"partition: (written, read back) = {other}; something else commits for this group")


def members(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> list[str]:
    """Return who consumes as this group, as "client at host"; nobody if there is no such group."""
    return _describe(kafka, group, timeout)[1]


def exists(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> bool:
    """Tell whether there is such a group, with members or with offsets only."""
    return _describe(kafka, group, timeout)[0] != ConsumerGroupState.DEAD


def delete_group(kafka: Kafka, group: str, timeout: float = TIMEOUT) -> bool:
    """Delete the group with all its offsets; False if there was none. Raises KafkaProblem while it has members."""
    deadline = clock.monotonic() + timeout
    while True:
        answer = delete(kafka, group)
        if answer not in SETTLING or clock.monotonic() > deadline:
            break
        clock.sleep(POLL)
    if answer in ("OK", "GroupIdNotFoundError"):
        return answer == "OK"
    raise kafka.problem(f"delete group {group!r}", in_words(answer), transient=answer in SETTLING)


def groups_ending(kafka: Kafka, end: str, timeout: float = TIMEOUT) -> list[str]:
    """Return the groups whose names end so. Raises KafkaProblem when a broker does not tell its own."""
    what = f"list the groups (looking for '*{end}')"
    listed = _listed(kafka, what, timeout)
    if listed.errors:
        raise kafka.problem(what, listed.errors[0])
    return sorted(found.group_id for found in listed.valid if found.group_id.endswith(end))


def _listed(kafka: Kafka, what: str, timeout: float) -> Any:
    return kafka.ask(what, lambda admin: admin.list_consumer_groups(request_timeout=timeout), timeout)


def _refuse_active(kafka: Kafka, group: str, timeout: float) -> None:
    state, present = _describe(kafka, group, timeout)
    if present or state not in IDLE:
        raise KafkaProblem(
            f"offsets of group {group!r} at {kafka.servers} can only be set while nobody consumes as it; it is "
            f"{state.name} with {', '.join(present) or 'no member yet'}: stop it, or name another group"
        )


def _describe(kafka: Kafka, group: str, timeout: float) -> tuple[ConsumerGroupState, list[str]]:
    """By the list of all groups, which needs no coordinator; members of new kinds of groups have no name there."""
    what = f"list the groups (looking for {group!r})"
    listed = _listed(kafka, what, timeout)
    state = next((found.state for found in listed.valid if found.group_id == group), None)
    if state is None and listed.errors:
        raise kafka.problem(what, listed.errors[0])
    if state is None or state in IDLE:
        return state or ConsumerGroupState.DEAD, []
    try:
        named = kafka.admin.list_groups(group, timeout=timeout)
    except KafkaException as error:
        raise kafka.problem(f"describe group {group!r}", error) from error
    found = [member for one in named for member in one.members]
    told = [f"{member.client_id} at {str(member.client_host).lstrip('/')}" for member in found]
    return state, told or [f"somebody whose name is not told ({state.name})"]


def _at_time(kafka: Kafka, topic: str, at: datetime | None, timeout: float) -> dict[int, int]:
    if at is None:
        return {}
    at_ms = max(0, int(at.timestamp() * 1000))  # negative ones are Kafka's words for other things
    found = offsets_at(kafka, topic, OffsetSpec.for_timestamp(at_ms), timeout=timeout)
    return {number: offset for number, offset in found.items() if offset >= 0}


def _partitions(kafka: Kafka, what: str, ask: Callable[[], Sequence[Any] | None], timeout: float) -> Sequence[Any]:
    try:
        answered = _settled(ask, timeout)
    except KafkaException as error:
        raise kafka.problem(what, error) from error
    _refuse_errors(kafka, what, answered)
    return answered


def _settled(ask: Callable[[], Sequence[Any] | None], timeout: float) -> Sequence[Any]:
    """Ask until the answer is the coordinator's own, at most for `timeout` seconds; raises KafkaException."""
    deadline = clock.monotonic() + timeout
    while True:
        try:
            answer = ask() or ()
        except KafkaException as error:
            if code_of(error) not in COORDINATOR or clock.monotonic() > deadline:
                raise
        else:
            if not _unsettled(answer) or clock.monotonic() > deadline:
                return answer
        clock.sleep(POLL)


def _unsettled(answer: Sequence[Any]) -> bool:
    return any(partition.error and partition.error.code() in COORDINATOR for partition in answer)


def _refuse_errors(kafka: Kafka, what: str, answered: Sequence[Any]) -> None:
    refused = [found for found in answered if found.error]
    if refused:
        told = {found.partition: found.error.str() for found in refused}
        transient = all(found.error.code() in TRANSIENT for found in refused)
        raise kafka.problem(what, f"partitions refuse: {told}", transient=transient)
