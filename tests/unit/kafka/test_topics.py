import math
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import OffsetSpec
from flink_chaos.clock import using
from flink_chaos.kafka import admin as topics_admin
from flink_chaos.kafka import topics
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.topics import (
    delete_topics,
    end_offsets,
    ensure_topic,
    last_stable_offsets,
    longest_transaction,
    partitions_of,
    start_offsets,
)

from tests.unit.fake_clock import FakeClock


def test_start_and_end_are_given_for_every_partition(mock_cluster):
    """Empty partitions are there as well."""
    topic = mock_cluster.topic({0: 3, 2: 1})
    assert start_offsets(mock_cluster.kafka, topic) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert end_offsets(mock_cluster.kafka, topic) == {0: 3, 1: 0, 2: 1, 3: 0}


def test_the_end_counts_transaction_markers(mock_cluster):
    """An offset is no record: the commit marker takes one."""
    topic = mock_cluster.topic({0: 2})
    mock_cluster.transaction(topic, 0, 1)
    assert end_offsets(mock_cluster.kafka, topic)[0] == last_stable_offsets(mock_cluster.kafka, topic)[0] == 4


def test_asking_for_a_topic_does_not_create_it(mock_cluster):
    """The mock creates a topic that is asked for by name, as brokers with auto.create.topics.enable do."""
    kafka = mock_cluster.kafka
    for _ in range(2):
        with pytest.raises(KafkaProblem, match="topic 'no-such-topic' does not exist at"):
            partitions_of(kafka, "no-such-topic")


def test_a_topic_that_is_there_stays_as_it_is(mock_cluster):
    """Not created, not changed."""
    topic = mock_cluster.topic({})
    assert ensure_topic(mock_cluster.kafka, topic, 4, {"retention.ms": "1"}) is False


@pytest.mark.parametrize("partitions", [3, 5])
def test_another_number_of_partitions_is_refused(mock_cluster, partitions):
    """A run never changes an existing topic; the message has both numbers."""
    topic = mock_cluster.topic({})
    with pytest.raises(KafkaProblem, match=f"has 4 partitions, {partitions} are wanted"):
        ensure_topic(mock_cluster.kafka, topic, partitions, {})


def test_leaders_are_waited_for(mock_cluster, monkeypatch):
    """A new topic's metadata arrive partition by partition: ready is when all have leaders."""
    seen = iter([{}, {0: -1}, {0: 1}, {0: 1, 1: -1}, {0: 1, 1: 1}])
    monkeypatch.setattr(topics, "POLL", 0)
    monkeypatch.setattr(topics, "_leaders", lambda *_: next(seen))
    assert topics._await_leaders(mock_cluster.kafka, "t", 2, 5) == 2


def test_a_partition_without_leader_is_named_at_the_deadline(mock_cluster, monkeypatch):
    """Not a plain time-out: which partition, and what to look at."""
    monkeypatch.setattr(topics, "_leaders", lambda *_: {0: 1, 1: -1})
    with pytest.raises(KafkaProblem, match=r"without a leader: \[1\]. Check that all brokers are up"):
        topics._await_leaders(mock_cluster.kafka, "t", 2, 0)


def test_a_partition_whose_leader_moves_is_asked_again(mock_cluster, monkeypatch):
    """The others are not: they have answered."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 3})
    asked, real = [], kafka.admin.list_offsets
    moving = Future()
    moving.set_exception(KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)))

    def list_offsets(wanted, **options):
        asked.append(sorted(where.partition for where in wanted))
        answers = real(wanted, **options)
        return {where: moving if len(asked) == 1 and where.partition == 0 else answers[where] for where in answers}

    monkeypatch.setattr(kafka.admin, "list_offsets", list_offsets)
    assert end_offsets(kafka, topic) == {0: 3, 1: 0, 2: 0, 3: 0}
    assert asked == [[0, 1, 2, 3], [0]]


def test_a_leader_that_never_comes_is_an_error_at_the_deadline(mock_cluster, monkeypatch):
    """With the broker's reason."""
    kafka, moving = mock_cluster.kafka, Future()
    moving.set_exception(KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)))
    monkeypatch.setattr(kafka.admin, "list_offsets", lambda wanted, **_: dict.fromkeys(wanted, moving))
    with pytest.raises(KafkaProblem, match="cannot read the offsets of topic 't': Broker: Not leader for partition"):
        topics.offsets_at(kafka, "t", OffsetSpec.latest(), partitions=[0], timeout=0)


def test_no_partitions_asked_are_no_request():
    """Nothing to ask is nothing to wait for."""
    assert topics.offsets_at(SimpleNamespace(), "t", OffsetSpec.latest(), partitions=[]) == {}


class Admin:
    """Answers each question with this, or fails so."""

    def __init__(self, *, nodes=(1,), config=None, answer=None):
        self.nodes, self.config, self.answer = [SimpleNamespace(id=one) for one in nodes], config or {}, answer

    def poll(self, _seconds):
        return 0

    def describe_cluster(self, request_timeout):
        return answered(SimpleNamespace(nodes=self.nodes))

    def describe_configs(self, asked, request_timeout):
        return {asked[0]: answered({name: SimpleNamespace(value=value) for name, value in self.config.items()})}

    def create_topics(self, wanted, **_limits):
        return {wanted[0].topic: self.answer}

    def delete_topics(self, names, **_limits):
        return {names[0]: self.answer}


def answered(answer):
    future = Future()
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
    return future


def kafka_with(**told):
    kafka = topics_admin.Kafka({"bootstrap.servers": "h:1"})
    kafka._clients[topics_admin.ADMIN] = (math.inf, Admin(**told))
    return kafka


def test_the_longest_transaction_is_in_seconds():
    """As brokers say, in milliseconds."""
    assert longest_transaction(kafka_with(config={"transaction.max.timeout.ms": "900000"})) == 900


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "broker 1: it is not told; these brokers may know no transactions"),
        ({"config": {"transaction.max.timeout.ms": None}}, "broker 1: it is None"),
        ({"config": {"transaction.max.timeout.ms": "long"}}, "broker 1: it is 'long'"),
        ({"nodes": ()}, "cannot list the brokers: none is told of"),
    ],
)
def test_a_setting_that_brokers_do_not_tell_is_a_clear_line(told, message):
    """Not a KeyError."""
    with pytest.raises(KafkaProblem, match=message):
        longest_transaction(kafka_with(**told))


@pytest.mark.parametrize(
    "act", [lambda kafka: ensure_topic(kafka, "t", 4, {}, 0.01), lambda kafka: delete_topics(kafka, ["t"], 0.01)]
)
def test_a_creation_or_deletion_that_nobody_answers_is_a_clear_line(monkeypatch, act):
    """Not a TimeoutError; and asking again may help."""
    monkeypatch.setattr(topics_admin, "GRACE", 0)
    monkeypatch.setattr(topics, "_leaders", lambda *_: {})
    with pytest.raises(KafkaProblem, match=r"cannot (create|delete) topic 't': no answer within 0.01 s") as told:
        act(kafka_with(answer=Future()))
    assert told.value.transient


def test_a_topic_that_somebody_else_makes_meanwhile_is_good(monkeypatch):
    """And one that is gone need not be deleted."""
    there = answered(KafkaException(KafkaError(KafkaError.TOPIC_ALREADY_EXISTS)))
    known = iter([{}, dict.fromkeys(range(4), 1)])
    monkeypatch.setattr(topics, "_leaders", lambda *_: next(known))
    assert ensure_topic(kafka_with(answer=there), "t", 4, {}) is False
    delete_topics(kafka_with(answer=answered(KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)))), ["t"])


def test_a_topic_that_may_not_be_described_is_told(monkeypatch):
    """Not taken for one that does not exist."""
    error = KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    kafka = kafka_with()
    listed = SimpleNamespace(topics={"t": SimpleNamespace(error=error, partitions={})})
    kafka.admin.list_topics = lambda timeout: listed
    with pytest.raises(KafkaProblem, match=r"list the topics \(looking for 't'\): .*\(ACL\)"):
        partitions_of(kafka, "t")


@pytest.mark.parametrize(("late", "there"), [(0, True), (3, True), (4, False)])
def test_a_topic_that_a_broker_has_not_heard_of_yet_is_looked_for_again(monkeypatch, late, there):
    """Right after its creation, or after the broker's start; it is not missing for that."""
    answers = iter([*[{}] * late, {0: 1, 1: 1}])
    monkeypatch.setattr(topics, "_leaders", lambda *_: next(answers))
    with using(FakeClock()):
        assert topics.partition_count(kafka_with(), "t") == (2 if there else 0)
