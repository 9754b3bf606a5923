import concurrent.futures
import math
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from flink_chaos.kafka import topic_states as module
from flink_chaos.kafka.admin import ADMIN, Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.topic_states import NO_ID, topic_state

CONFIG = {
    "cleanup.policy": "compact,delete",
    "retention.ms": "60000",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
}


class Admin:
    """Describes any topic."""

    def __init__(self, config=CONFIG, topic_id="abc"):
        self.config, self.topic_id = config, topic_id

    def poll(self, _seconds):
        return 0

    def describe_topics(self, names, request_timeout):
        return dict.fromkeys(names.topic_names, answered(self.topic_id, topic_id=self.topic_id))

    def describe_configs(self, asked, request_timeout):
        entries = {} if isinstance(self.config, int) else self.config
        found = {name: SimpleNamespace(value=value) for name, value in entries.items()}
        future = concurrent.futures.Future()
        if isinstance(self.config, int):
            future.set_exception(KafkaException(KafkaError(self.config)))
        else:
            future.set_result(found)
        return {asked[0]: future}


def answered(code, **fields):
    future = concurrent.futures.Future()
    if isinstance(code, int):
        future.set_exception(KafkaException(KafkaError(code)))
    else:
        future.set_result(SimpleNamespace(**fields))
    return future


@pytest.fixture
def look(monkeypatch):
    """Look at a topic with two partitions."""

    def asked(partitions=2, **fields):
        monkeypatch.setattr(module, "partition_count", lambda *_: partitions)
        monkeypatch.setattr(module, "offsets_at", lambda *_, **_named: {0: 3, 1: 4})
        kafka = Kafka({"bootstrap.servers": "h:1"})
        kafka._clients[ADMIN] = (math.inf, Admin(**fields))
        return topic_state(kafka, "t", "before")

    return asked


def test_what_kafka_does_with_records_is_read(look):
    """And which topic of that name it is."""
    found = look()
    assert (found.topic_id, found.partitions, found.starts) == ("abc", 2, {0: 3, 1: 4})
    assert (found.compacted, found.retention_ms, found.retention_bytes) == (True, 60_000, -1)
    assert found.timestamp_type == "LogAppendTime"


@pytest.mark.parametrize("refusal", [KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._UNSUPPORTED_FEATURE])
def test_what_may_not_be_asked_stays_unknown(look, refusal):
    """The rest is told all the same."""
    found = look(config=refusal, topic_id=refusal)
    assert (found.topic_id, found.cleanup_policy, found.retention_ms, found.partitions) == ("", "", None, 2)


def test_old_brokers_know_no_ids(look):
    """They say zeros, which are no id."""
    assert look(topic_id=NO_ID).topic_id == ""


@pytest.mark.parametrize("config", [{}, {"retention.ms": None}, {"retention.ms": "much"}])
def test_settings_that_are_not_told_are_unknown(look, config):
    """No KeyError, whatever brokers leave out."""
    assert (look(config=config).retention_ms, look(config=config).cleanup_policy) == (None, "")


def test_brokers_that_are_away_are_a_problem(look):
    """It is asked again."""
    with pytest.raises(KafkaProblem, match="cannot describe topic 't'") as away:
        look(topic_id=KafkaError._TRANSPORT)
    assert away.value.transient


def test_a_topic_that_was_deleted_has_no_partition(look):
    """It is a fact too, and nothing else of it is asked."""
    found = look(partitions=0, config=KafkaError._TRANSPORT)
    assert (found.partitions, found.starts, found.cleanup_policy) == (0, {}, "")
