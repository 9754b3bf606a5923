from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from flink_chaos.kafka import group_deletion as module
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.group_deletion import delete

ODD = {"bootstrap.servers": "h:1", "sasl.oauthbearer.config": "x"}


def test_the_second_client_asks_because_the_first_may_end_the_process(monkeypatch):
    """Its answer is passed on."""

    @contextmanager
    def client(_kafka, _what):
        yield SimpleNamespace(delete_groups=lambda names: dict.fromkeys(names, "GroupIdNotFoundError"))

    monkeypatch.setattr(module, "second_client", client)
    assert delete(Kafka({"bootstrap.servers": "h:1"}), "g") == "GroupIdNotFoundError"


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (None, "OK"),
        (KafkaError.GROUP_ID_NOT_FOUND, "GroupIdNotFoundError"),
        (KafkaError.NOT_COORDINATOR, "NotCoordinatorError"),
    ],
)
def test_where_the_second_client_cannot_connect_the_first_asks(monkeypatch, code, answer):
    """With the same words."""
    kafka = Kafka(ODD)

    def asked(*_):
        if code is not None:
            raise KafkaException(KafkaError(code))

    monkeypatch.setattr(kafka, "answer", asked)
    assert delete(kafka, "g") == answer


def test_what_it_is_refused_is_a_problem(monkeypatch):
    """With the group's name."""
    kafka = Kafka(ODD)

    def refused(*_):
        raise KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED))

    monkeypatch.setattr(kafka, "answer", refused)
    with pytest.raises(KafkaProblem, match=r"cannot delete group 'g': .*\(ACL\)"):
        delete(kafka, "g")


def test_nobody_there_is_one_clear_line(unused_port, monkeypatch):
    """And it is asked again."""
    monkeypatch.setattr("flink_chaos.kafka.second_client.MS", 100)
    with pytest.raises(KafkaProblem, match="cannot delete group 'g': ") as told:
        delete(Kafka({"bootstrap.servers": f"127.0.0.1:{unused_port}"}), "g")
    assert told.value.transient
