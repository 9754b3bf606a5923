"""Open transactions on a real broker: seen by name, with their time-out, and what they hide."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.open_transactions import open_transactions
from flink_chaos.kafka.topics import closed_end, ensure_topic, longest_transaction

from lab.addresses import KAFKA_HOST
from tests.e2e.runs import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab
SECONDS = 5


@pytest.fixture(scope="module")
def kafka() -> Kafka:
    """Return our client."""
    return Kafka({"bootstrap.servers": KAFKA_HOST})


@pytest.fixture
def topic(kafka: Kafka) -> Iterator[str]:
    """Return a new topic of two partitions."""
    name = f"transactions-test-{uuid.uuid4().hex[:8]}"
    ensure_topic(kafka, name, 2, {})
    yield name
    kafka.admin.delete_topics([name])[name].result(15)


def writer(topic: str) -> Producer:
    """One record in a transaction that Kafka aborts after some seconds."""
    milliseconds = str(SECONDS * 1000)
    found = Producer(
        {"bootstrap.servers": KAFKA_HOST, "transactional.id": topic, "transaction.timeout.ms": milliseconds}
    )
    found.init_transactions(15)
    found.begin_transaction()
    found.produce(topic, b"x", partition=1)
    found.flush(15)
    return found


def test_an_open_transaction_is_seen_by_name(kafka, topic):
    """With its partitions and time-out; once it is committed it is gone."""
    own = writer(topic)
    (found,) = open_transactions(kafka, topic)
    assert (found.transactional_id, found.state, found.partitions) == (topic, "Ongoing", [1])
    assert (found.timeout_seconds, 0 <= found.age_seconds < SECONDS) == (SECONDS, True)
    assert closed_end(kafka, topic) is None
    own.commit_transaction(15)
    assert until(lambda: closed_end(kafka, topic) is not None)
    assert open_transactions(kafka, topic) == []


def test_a_producer_that_is_gone_leaves_it_open_until_its_time_out(kafka, topic):
    """Then Kafka aborts it by itself, and the last stable offset moves on."""
    del_me = writer(topic)
    del del_me
    assert [one.transactional_id for one in open_transactions(kafka, topic)] == [topic]
    assert until(lambda: open_transactions(kafka, topic) == [] and closed_end(kafka, topic) is not None)


def test_the_brokers_tell_how_long_a_transaction_may_be_open(kafka):
    """15 min, unless somebody changed it."""
    assert longest_transaction(kafka) == 900
