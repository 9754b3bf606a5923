"""What stands in for confluent-kafka's and kafka-python's clients: the methods that the package calls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from confluent_kafka import (
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import OffsetSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.simulation.kafka import Entry, KafkaWorld

NOT_THERE = -1001
CONNECTION = 0.3


class Answer:
    """A future that has its answer already."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._error: KafkaException | None = None
        try:
            self._value = make()
        except KafkaException as error:
            self._error = error

    def result(self, _timeout: float | None = None) -> Any:
        if self._error is not None:
            raise self._error
        return self._value


def error(code: int, text: str | None = None) -> KafkaException:
    return KafkaException(KafkaError(code) if text is None else KafkaError(code, text))


class Client:
    """A connection that can break: of a stuck kind, for good."""

    def __init__(self, kafka: KafkaWorld, config: Mapping[str, Any]) -> None:
        self.kafka, self.config = kafka, dict(config)
        self.outages = kafka.outages

    def reach(self, name: str, timeout: float) -> bool:
        """Wait for the brokers, at most for `timeout`; whether they answer this client."""
        self.kafka.world.called(f"kafka {name}")
        if self.kafka.up and (self.outages == self.kafka.outages or not self.kafka.stuck):
            self.outages = self.kafka.outages
            return True
        self._remember("Connection refused")
        return self._wait(timeout)

    def _wait(self, timeout: float) -> bool:
        world = self.kafka.world
        if self.kafka.stuck:
            world.advance(timeout)
            return False
        away = self.kafka.down_until - world.now
        world.advance(min(timeout, max(away, 0.0) + CONNECTION))
        if self.kafka.up:
            self.outages = self.kafka.outages
        return self.kafka.up

    def _remember(self, text: str) -> None:
        if callback := self.config.get("error_cb"):
            callback(KafkaError(KafkaError._TRANSPORT, text))

    def need(self, name: str, timeout: float | None) -> None:
        """Raise what librdkafka raises when nobody answers."""
        if not self.reach(name, float(timeout or 60)):
            raise error(KafkaError._TIMED_OUT, "Failed while waiting for response from broker: Local: Timed out")


class FakeAdmin(Client):
    """confluent_kafka.admin.AdminClient."""

    def poll(self, _timeout: float) -> int:
        return 0

    def list_topics(self, topic: str | None = None, timeout: float = 15) -> Any:
        self.need("list_topics", timeout)
        found = {
            name: SimpleNamespace(
                topic=name,
                error=None,
                partitions={n: SimpleNamespace(id=n, leader=1, error=None) for n in range(len(log.partitions))},
            )
            for name, log in self.kafka.topics.items()
        }
        return SimpleNamespace(topics=found, cluster_id=self.kafka.cluster_id, brokers={1: SimpleNamespace(id=1)})

    def describe_cluster(self, request_timeout: float = 15, **_: Any) -> Answer:
        node = SimpleNamespace(id=1, host="broker", port=9092)
        told = SimpleNamespace(
            cluster_id=self.kafka.cluster_id, nodes=[node], controller=node, authorized_operations=None
        )
        return self._answer("describe_cluster", request_timeout, lambda: told)

    def describe_topics(self, topics: Any, request_timeout: float = 15, **_: Any) -> dict[str, Answer]:
        names = list(getattr(topics, "topic_names", None) or topics)
        return {
            name: self._answer("describe_topics", request_timeout, lambda n=name: self._described(n)) for name in names
        }

    def _described(self, name: str) -> Any:
        log = self.kafka.topics.get(name)
        if log is None:
            raise error(KafkaError.UNKNOWN_TOPIC_OR_PART)
        partitions = [SimpleNamespace(id=n, leader=SimpleNamespace(id=1)) for n in range(len(log.partitions))]
        return SimpleNamespace(
            name=name, topic_id=log.identity, partitions=partitions, is_internal=False, authorized_operations=None
        )

    def create_topics(self, new: Any, request_timeout: float = 15, **_: Any) -> dict[str, Answer]:
        return {
            one.topic: self._answer("create_topics", request_timeout, lambda t=one: self._created(t)) for one in new
        }

    def _created(self, new: Any) -> None:
        if new.topic in self.kafka.topics:
            raise error(KafkaError.TOPIC_ALREADY_EXISTS)
        self.kafka.create(new.topic, new.num_partitions)

    def list_offsets(
        self,
        asked: Mapping[TopicPartition, OffsetSpec],
        isolation_level: Any = None,
        request_timeout: float = 15,
        **_: Any,
    ) -> dict[TopicPartition, Answer]:
        try:
            self.need("list_offsets", request_timeout)
        except KafkaException as failed:
            return {where: Answer(lambda e=failed: _raise(e)) for where in asked}
        return {
            where: Answer(lambda w=where, s=spec: self._offset(w, s, isolation_level)) for where, spec in asked.items()
        }

    def _offset(self, where: TopicPartition, spec: OffsetSpec, isolation: Any) -> Any:
        if self.kafka.world.now < self.kafka.busy_until:
            raise error(KafkaError.NOT_LEADER_FOR_PARTITION)
        log = self.kafka.topics.get(where.topic)
        if log is None or where.partition >= len(log.partitions):
            raise error(KafkaError.UNKNOWN_TOPIC_OR_PART)
        stable = isolation == IsolationLevel.READ_COMMITTED
        ends = log.stable(where.topic, where.partition) if stable else log.end(where.partition)
        asked = int(spec._value)
        if asked >= 0:
            return SimpleNamespace(offset=_at_time(log.partitions[where.partition], asked), timestamp=asked)
        return SimpleNamespace(offset=ends if asked == LATEST else log.starts.get(where.partition, 0), timestamp=-1)

    def delete_consumer_groups(self, groups: Any, request_timeout: float = 15, **_: Any) -> dict[str, Answer]:
        return {
            name: self._answer("delete_groups", request_timeout, lambda n=name: self._deleted(n)) for name in groups
        }

    def list_groups(self, group: str | None = None, timeout: float = 15) -> list[Any]:
        self.need("list_groups", timeout)
        return [
            SimpleNamespace(id=name, members=[], state="Empty", error=None)
            for name in self.kafka.groups
            if group in (None, name)
        ]

    def list_consumer_groups(self, request_timeout: float = 15, **_: Any) -> Answer:
        def told() -> Any:
            valid = [
                SimpleNamespace(group_id=name, is_simple_consumer_group=False, state=ConsumerGroupState.EMPTY)
                for name in self.kafka.groups
            ]
            return SimpleNamespace(valid=valid, errors=[])

        answer = self._answer("list_groups", request_timeout, told)
        return Answer(lambda: _of_all_brokers(answer))

    def _deleted(self, name: str) -> None:
        self._settled()
        if self.kafka.groups.pop(name, None) is None:
            raise error(KafkaError.GROUP_ID_NOT_FOUND)

    def describe_configs(self, asked: Any, request_timeout: float = 15, **_: Any) -> dict[Any, Answer]:
        return {one: self._answer("describe_configs", request_timeout, lambda o=one: self._config(o)) for one in asked}

    def _config(self, asked: Any) -> dict[str, Any]:
        broker = {"transaction.max.timeout.ms": "900000"}
        topic = {
            "cleanup.policy": "delete",
            "retention.ms": "604800000",
            "retention.bytes": "-1",
            "message.timestamp.type": "CreateTime",
        }
        is_topic = str(asked.restype).lower().endswith("topic")
        own = self.kafka.topics[asked.name].config if is_topic and asked.name in self.kafka.topics else {}
        told = {**topic, **own} if is_topic else broker
        return {name: SimpleNamespace(name=name, value=value) for name, value in told.items()}

    def _settled(self) -> None:
        if self.kafka.world.now < self.kafka.busy_until:
            raise error(KafkaError.NOT_COORDINATOR)

    def _answer(self, name: str, timeout: float, make: Callable[[], Any]) -> Answer:
        def asked() -> Any:
            self.need(name, timeout)
            return make()

        return Answer(asked)


def _of_all_brokers(answer: Answer) -> Any:
    """A list that every broker has a part of does not fail: it tells those that did not answer."""
    try:
        return answer.result()
    except KafkaException as failed:
        return SimpleNamespace(valid=[], errors=list(failed.args))


LATEST = int(OffsetSpec.latest()._value)


def _raise(failed: KafkaException) -> Any:
    raise failed


def _at_time(entries: list[Entry], ms: int) -> int:
    return next((offset for offset, entry in enumerate(entries) if entry.ms >= ms), -1)


class Message:
    """A record, or the news that a partition has ended."""

    __slots__ = ("_entry", "_error", "_offset", "_partition", "_topic")

    def __init__(
        self, topic: str, partition: int, offset: int, entry: Entry | None, code: int = KafkaError._PARTITION_EOF
    ) -> None:
        self._topic, self._partition, self._offset, self._entry = topic, partition, offset, entry
        self._error = None if entry else KafkaError(code)

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def timestamp(self) -> tuple[int, int]:
        return 1, self._entry.ms if self._entry else 0

    def value(self) -> bytes:
        return self._entry.value if self._entry else b""

    def key(self) -> None:
        return None

    def headers(self) -> None:
        return None

    def error(self) -> KafkaError | None:
        return self._error


class FakeConsumer(Client):
    """confluent_kafka.Consumer, as far as it is assigned and read."""

    def __init__(self, kafka: KafkaWorld, config: Mapping[str, Any]) -> None:
        super().__init__(kafka, config)
        self.places: dict[tuple[str, int], int] = {}
        self.told: set[tuple[str, int]] = set()
        self.paused: set[tuple[str, int]] = set()
        self.only_committed = config.get("isolation.level", "read_committed") == "read_committed"

    def assign(self, wanted: list[TopicPartition]) -> None:
        self.places = {(one.topic, one.partition): one.offset for one in wanted}

    def pause(self, wanted: list[TopicPartition]) -> None:
        self.paused |= {(one.topic, one.partition) for one in wanted}

    def resume(self, wanted: list[TopicPartition]) -> None:
        self.paused -= {(one.topic, one.partition) for one in wanted}

    def position(self, wanted: list[TopicPartition]) -> list[TopicPartition]:
        return [
            TopicPartition(one.topic, one.partition, self.places.get((one.topic, one.partition), NOT_THERE))
            for one in wanted
        ]

    def committed(self, wanted: list[TopicPartition], timeout: float = 60) -> list[TopicPartition]:
        self.need("committed", timeout)
        self._settled()
        kept = self.kafka.groups.get(self.config["group.id"], {})
        return [TopicPartition(w.topic, w.partition, kept.get((w.topic, w.partition), NOT_THERE)) for w in wanted]

    def commit(self, offsets: list[TopicPartition], *, asynchronous: bool = True) -> list[TopicPartition]:
        del asynchronous
        self.need("commit", 60)
        self._settled()
        kept = self.kafka.groups.setdefault(self.config["group.id"], {})
        kept.update({(w.topic, w.partition): w.offset for w in offsets})
        return [TopicPartition(w.topic, w.partition, w.offset) for w in offsets]

    def _settled(self) -> None:
        if self.kafka.world.now < self.kafka.busy_until:
            raise error(KafkaError.NOT_COORDINATOR)

    def consume(self, count: int, timeout: float = 1.0) -> list[Message]:
        if not self.reach("consume", timeout):
            return []
        found: list[Message] = []
        for place in self.places:
            if place not in self.paused and len(found) < count:
                self._take(place, count - len(found), found)
        if not found:
            self.kafka.world.advance(timeout)
        return found

    def poll(self, timeout: float = 1.0) -> Message | None:
        return next(iter(self.consume(1, timeout)), None)

    def close(self) -> None:
        self.places = {}

    def _take(self, place: tuple[str, int], count: int, found: list[Message]) -> None:
        topic, number = place
        log = self.kafka.topics[topic]
        until = log.stable(topic, number) if self.only_committed else log.end(number)
        entries, at = log.partitions[number], self.places[place]
        if at < log.starts.get(number, 0):
            if place not in self.told:
                self.told.add(place)
                found.append(Message(topic, number, at, None, KafkaError._AUTO_OFFSET_RESET))
            return
        while at < until and count:
            entry = entries[at]
            if entry.committed if self.only_committed else not (entry.marker or entry.compacted):
                found.append(Message(topic, number, at, entry))
                count -= 1
            at += 1
        self.places[place] = at
        if at >= until and count and place not in self.told:
            self.told.add(place)
            found.append(Message(topic, number, at, None))


class FakeTransactionsAdmin:
    """kafka-python's KafkaAdminClient: lists and describes transactions."""

    def __init__(self, kafka: KafkaWorld, **_: Any) -> None:
        from kafka.errors import KafkaConnectionError

        self.kafka = kafka
        kafka.world.called("kafka-python connect")
        if not kafka.up:
            kafka.world.advance(10)
            if not kafka.up:
                raise KafkaConnectionError("no broker answers")

    def list_transactions(self, *_: Any, **__: Any) -> dict[int, list[Any]]:
        self.kafka.world.called("kafka-python list_transactions")
        state = SimpleNamespace(value="Ongoing")
        return {1: [SimpleNamespace(transactional_id=one.name, state=state) for one in self.kafka.open_transactions()]}

    def describe_transactions(self, names: list[str]) -> dict[str, Any]:
        self.kafka.world.called("kafka-python describe_transactions")
        return {one.name: self._told(one) for one in self.kafka.open_transactions() if one.name in names}

    def delete_groups(self, groups: list[str]) -> dict[str, str]:
        self.kafka.world.called("kafka-python delete_groups")
        if self.kafka.world.now < self.kafka.busy_until:
            return dict.fromkeys(groups, "NotCoordinatorError")
        gone = {name: self.kafka.groups.pop(name, None) for name in groups}
        return {name: "GroupIdNotFoundError" if old is None else "OK" for name, old in gone.items()}

    def _told(self, one: Any) -> Any:
        places = [SimpleNamespace(topic=topic, partition=number) for topic, number in one.places]
        return SimpleNamespace(
            state=SimpleNamespace(value="Ongoing"),
            topic_partitions=places,
            transaction_start_time_ms=self.kafka.world.ms(one.started),
            transaction_timeout_ms=int(one.timeout * 1000),
        )

    def close(self) -> None:
        """Nothing is held."""
