import concurrent.futures
import math
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from flink_chaos.kafka import rights as module
from flink_chaos.kafka.admin import ADMIN, Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.rights import denied_on_topic, try_deleting_group, try_reading

NEEDED = ("READ", "DESCRIBE")


def answered(answer):
    future = concurrent.futures.Future()
    if isinstance(answer, int):
        future.set_exception(KafkaException(KafkaError(answer)))
    else:
        future.set_result(answer)
    return future


class Admin:
    """Tells these rights on a topic."""

    def __init__(self, operations):
        self.operations = operations

    def poll(self, _seconds):
        return 0

    def describe_topics(self, names, **_limits):
        allowed = self.operations
        if not isinstance(allowed, int | None):
            allowed = SimpleNamespace(authorized_operations=[SimpleNamespace(name=name) for name in allowed])
        elif allowed is None:
            allowed = SimpleNamespace(authorized_operations=None)
        return dict.fromkeys(names.topic_names, answered(allowed))


def kafka_with(operations):
    kafka = Kafka({"bootstrap.servers": "h:1"})
    kafka._clients[ADMIN] = (math.inf, Admin(operations))
    return kafka


@pytest.mark.parametrize(
    ("told", "denied"),
    [
        (["READ", "DESCRIBE", "WRITE"], []),
        (["DESCRIBE"], ["READ"]),
        (None, []),
        ([], []),
        (KafkaError._UNSUPPORTED_FEATURE, []),
    ],
)
def test_rights_on_a_topic_are_told_by_name(told, denied):
    """Brokers without access control, and old ones, tell none: then nothing is known to be missing."""
    assert denied_on_topic(kafka_with(told), "t", NEEDED) == denied


def test_a_topic_that_may_not_even_be_described_is_a_problem():
    """With what to do."""
    with pytest.raises(KafkaProblem, match=r"cannot describe topic 't': .*Give this user the right on it"):
        denied_on_topic(kafka_with(KafkaError.TOPIC_AUTHORIZATION_FAILED), "t", NEEDED)


def test_a_topic_that_may_be_read_is_read_to_its_end(mock_cluster):
    """Without a record, with some, and behind a transaction's marker."""
    try_reading(mock_cluster.kafka, mock_cluster.topic({}))
    topic = mock_cluster.topic({0: 3})
    try_reading(mock_cluster.kafka, topic)
    mock_cluster.transaction(topic, 0, 2)
    try_reading(mock_cluster.kafka, topic)


class Consumer:
    """Hears these errors, one after another."""

    def __init__(self, *codes):
        self.codes, self.closed = list(codes), False

    def assign(self, _places):
        return None

    def poll(self, _seconds):
        if not self.codes:
            return None
        error = KafkaError(self.codes.pop(0))
        return SimpleNamespace(error=lambda: error)

    def close(self):
        self.closed = True


def heard(monkeypatch, *codes, **config):
    consumer = Consumer(*codes)
    monkeypatch.setattr(module, "end_offsets", lambda *_: {0: 5})
    kafka = Kafka({"bootstrap.servers": "h:1", **config})
    monkeypatch.setattr(kafka, "consumer", lambda **_: consumer)
    try:
        try_reading(kafka, "t", timeout=0.05)
    finally:
        assert consumer.closed


@pytest.mark.parametrize("code", [KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED])
def test_a_missing_right_to_read_is_told_with_the_group(monkeypatch, code):
    """A proof reads as a group of its own, and nobody would have noticed until the run was over."""
    with pytest.raises(KafkaProblem, match=r"cannot read topic 't' as group 'flink-chaos-reader': .*\(ACL\)") as told:
        heard(monkeypatch, KafkaError._TRANSPORT, code)
    assert not told.value.transient


def test_a_broker_that_says_nothing_is_asked_again(monkeypatch):
    """That is no missing right."""
    with pytest.raises(KafkaProblem, match="no answer within") as told:
        heard(monkeypatch, KafkaError._TRANSPORT)
    assert told.value.transient


def test_the_group_that_the_configuration_names_is_read_as(mock_cluster):
    """Somebody gave rights on it."""
    kafka = Kafka({"bootstrap.servers": mock_cluster.servers, "group.id": "ours"})
    assert kafka.reader_group == "ours"
    kafka.consumer().close()


@pytest.mark.parametrize(("there", "asked"), [(False, ["g"]), (True, [])])
def test_the_right_to_delete_groups_is_tried_on_one_that_does_not_exist(monkeypatch, there, asked):
    """It is needed last, when everything else is over; the offsets of one that exists are somebody's."""
    deleted = []
    monkeypatch.setattr(module, "exists", lambda *_: there)
    monkeypatch.setattr(module, "delete_group", lambda _kafka, group, _timeout: deleted.append(group))
    try_deleting_group(kafka_with([]), "g")
    assert deleted == asked
