"""Topics: make sure that one exists, and read where its partitions begin and end."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import ConfigResource, NewTopic, OffsetSpec

from flink_chaos import clock
from flink_chaos.kafka.admin import GRACE
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.reasons import MOVING, code_of, late

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from confluent_kafka.admin import AdminClient

    from flink_chaos.kafka.admin import Kafka

    Question = Callable[[AdminClient], Future[T]]

Offsets = dict[int, int]
"""Partition -> offset."""

TIMEOUT = 15.0
POLL = 0.1
LOOKS, PAUSE = 3, 0.5
"""For a topic that the broker does not know, before it is believed."""

CLUSTER_DEFAULT = -1


def ensure_topic(kafka: Kafka, name: str, partitions: int, config: Mapping[str, str], timeout: float = 30) -> bool:
    """Make sure that the topic exists with `partitions` partitions, all of them with a leader; True if it was created.

    `config` is for a topic that is created: an existing one keeps its own. Raises KafkaProblem when it has another
    number of partitions, or when a partition has no leader after `timeout` seconds.
    """
    created = _create(kafka, name, partitions, config, timeout)
    leaders = _await_leaders(kafka, name, partitions if created else 1, timeout)
    if leaders != partitions:
        raise KafkaProblem(
            f"topic {name!r} at {kafka.servers} has {leaders} partitions, {partitions} are wanted: "
            f"a run never changes an existing topic; name another topic, or set the profile's partitions to {leaders}"
        )
    return created


def delete_topics(kafka: Kafka, names: Sequence[str], timeout: float = 30) -> None:
    """Delete the topics that are there; raises KafkaProblem when a broker refuses."""
    for name in names:
        try:
            kafka.answer(_deletion(name, timeout), timeout)
        except KafkaException as error:
            if code_of(error) != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise kafka.problem(f"delete topic {name!r}", error) from error


def _deletion(name: str, timeout: float) -> Question[None]:
    return lambda admin: admin.delete_topics([name], operation_timeout=timeout, request_timeout=timeout)[name]


def partitions_of(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> list[int]:
    """Return the topic's partitions in order; raises KafkaProblem when there is no such topic. Creates nothing."""
    found = sorted(_known(kafka, topic, timeout))
    if not found:
        raise KafkaProblem(f"topic {topic!r} does not exist at {kafka.servers}: create it, or correct its name")
    return found


def partition_count(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> int:
    """Return the number of partitions, 0 when there is no such topic. Creates nothing."""
    return len(_known(kafka, topic, timeout))


def _known(kafka: Kafka, topic: str, timeout: float) -> Offsets:
    """Partition -> its leader. A broker that starts, or has not heard of a new topic, lacks it for a moment."""
    for _ in range(LOOKS):
        if found := _leaders(kafka, topic, timeout):
            return found
        clock.sleep(PAUSE)
    return _leaders(kafka, topic, timeout)


def start_offsets(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> Offsets:
    """Return the first offset that each partition still holds (log start)."""
    return offsets_at(kafka, topic, OffsetSpec.earliest(), timeout=timeout)


def growth(kafka: Kafka, topic: str, begin: Offsets) -> int:
    """Return how far the topic has grown since `begin`, in offsets: transactions add markers to the records."""
    return sum(end_offsets(kafka, topic).values()) - sum(begin.values())


def end_offsets(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> Offsets:
    """Return the next offset to be written in each partition (high watermark, read_uncommitted)."""
    return offsets_at(kafka, topic, OffsetSpec.latest(), timeout=timeout)


def last_stable_offsets(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> Offsets:
    """Return how far a read_committed reader gets in each partition: the first offset of the oldest open transaction,
    or the high watermark if there is none.
    """
    return offsets_at(kafka, topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED, timeout=timeout)


def closed_end(kafka: Kafka, topic: str, timeout: float = TIMEOUT) -> Offsets | None:
    """Return the end offsets, or None while a transaction is open anywhere in the topic."""
    end = end_offsets(kafka, topic, timeout)
    return end if last_stable_offsets(kafka, topic, timeout) == end else None


def longest_transaction(kafka: Kafka, timeout: float = TIMEOUT) -> float:
    """Return how long the brokers let a transaction be open, in seconds. Raises KafkaProblem when none answers."""
    what = "read the brokers' transaction.max.timeout.ms"
    described = kafka.ask("list the brokers", lambda admin: admin.describe_cluster(request_timeout=timeout), timeout)
    if not described.nodes:
        raise kafka.problem("list the brokers", "none is told of", transient=True)
    asked = ConfigResource(ConfigResource.Type.BROKER, str(described.nodes[0].id))
    found = kafka.ask(what, lambda admin: admin.describe_configs([asked], request_timeout=timeout)[asked], timeout)
    setting = found.get("transaction.max.timeout.ms")
    if setting is None or not str(setting.value).isdecimal():
        told = "it is not told" if setting is None else f"it is {setting.value!r}"
        raise kafka.problem(what, f"broker {described.nodes[0].id}: {told}; these brokers may know no transactions")
    return int(setting.value) / 1000


def offsets_at(
    kafka: Kafka,
    topic: str,
    spec: OffsetSpec,
    isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
    *,
    partitions: Sequence[int] | None = None,
    timeout: float = TIMEOUT,
) -> Offsets:
    """Return the offset that `spec` means in each partition; -1 where a timestamp lies behind the last record."""
    missing = list(partitions_of(kafka, topic, timeout) if partitions is None else partitions)
    found: Offsets = {}
    deadline = clock.monotonic() + timeout
    while missing:
        found |= _offsets_now(kafka, [TopicPartition(topic, number) for number in missing], spec, isolation, deadline)
        missing = [number for number in missing if number not in found]
        if missing:
            clock.sleep(POLL)
    return dict(sorted(found.items()))


def _offsets_now(
    kafka: Kafka, wanted: list[TopicPartition], spec: OffsetSpec, isolation: IsolationLevel, deadline: float
) -> Offsets:
    """Return the offsets that are to be had now: before the deadline a partition may be on its way to a new leader."""
    left = max(deadline - clock.monotonic(), 1.0)
    found: Offsets = {}
    try:
        asked = kafka.admin.list_offsets(dict.fromkeys(wanted, spec), isolation_level=isolation, request_timeout=left)
        for where, answer in asked.items():
            offset = _unless_moving(answer, left, deadline)
            found |= {} if offset is None else {where.partition: offset}
    except KafkaException as error:
        raise kafka.problem(f"read the offsets of topic {wanted[0].topic!r}", error) from error
    return found


def _unless_moving(answer: Future[Any], left: float, deadline: float) -> int | None:
    """The offset; None while a broker says, before the deadline, that another one has the partition."""
    try:
        return int(answer.result(left + GRACE).offset)
    except FutureTimeoutError as error:
        raise late(left) from error
    except KafkaException as error:
        if code_of(error) not in MOVING or clock.monotonic() > deadline:
            raise
        return None


def _create(kafka: Kafka, name: str, partitions: int, config: Mapping[str, str], timeout: float) -> bool:
    if _leaders(kafka, name, timeout):
        return False
    topic = NewTopic(name, num_partitions=partitions, replication_factor=CLUSTER_DEFAULT, config=dict(config))
    limits = {"operation_timeout": timeout, "request_timeout": timeout}
    try:
        kafka.answer(lambda admin: admin.create_topics([topic], **limits)[name], timeout)
    except KafkaException as error:
        if code_of(error) == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise kafka.problem(f"create topic {name!r}", error) from error
    return True


def _await_leaders(kafka: Kafka, name: str, at_least: int, timeout: float) -> int:
    deadline = clock.monotonic() + timeout
    while True:
        leaders = _leaders(kafka, name, timeout)
        missing = sorted(partition for partition, leader in leaders.items() if leader < 0)
        if len(leaders) >= at_least and not missing:
            return len(leaders)
        if clock.monotonic() > deadline:
            raise KafkaProblem(
                f"topic {name!r} at {kafka.servers}: after {timeout:g} s there are {len(leaders)} partitions, "
                f"without a leader: {missing}. Check that all brokers are up"
            )
        clock.sleep(POLL)


def _leaders(kafka: Kafka, topic: str, timeout: float) -> Offsets:
    """Ask for all topics: asking for one by name makes a broker with auto.create.topics.enable create it."""
    what = f"list the topics (looking for {topic!r})"
    try:
        known = kafka.admin.list_topics(timeout=timeout).topics.get(topic)
    except KafkaException as error:
        raise kafka.problem(what, error) from error
    if known is None:
        return {}
    if known.error is not None and known.error.code() not in (*MOVING, KafkaError.UNKNOWN_TOPIC_OR_PART):
        raise kafka.problem(what, KafkaException(known.error))
    return {number: found.leader for number, found in known.partitions.items()}
