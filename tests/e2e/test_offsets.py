"""Topics, offsets and lag on a real broker; every reset is compared with Kafka's own ConsumerGroupCommand."""

from __future__ import annotations

import csv
import subprocess
import time
import uuid
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.lag import LagReader, only_control_records
from flink_chaos.kafka.offsets import committed, delete_group, members, parse_strategy, plan_reset, write_offsets
from flink_chaos.kafka.scan import scan
from flink_chaos.kafka.topics import end_offsets, ensure_topic, last_stable_offsets, start_offsets

from lab.addresses import KAFKA_HOST
from lab.artifacts import maven
from tests.e2e.runs import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab

TOOL = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
HOUR = 3_600_000
COMMITS = {0: 40, 1: 3, 2: 0}


@pytest.fixture(scope="module")
def servers() -> str:
    """Return the lab's Kafka as seen from here."""
    return KAFKA_HOST


@pytest.fixture(scope="module")
def kafka(servers: str) -> Kafka:
    """Return our client."""
    return Kafka({"bootstrap.servers": servers})


@pytest.fixture
def name() -> str:
    """Return a name that nobody used."""
    return f"offsets-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def empty(kafka: Kafka, name: str) -> Iterator[str]:
    """Return a new topic of three partitions."""
    assert ensure_topic(kafka, name, 3, {"message.timestamp.type": "CreateTime"}) is True
    yield name
    kafka.admin.delete_topics([name])[name].result(15)


@pytest.fixture(scope="module")
def history(kafka: Kafka, servers: str) -> Iterator[tuple[str, str]]:
    """Return a topic with a past and a group with commits in it.

    Partition 0: 100 records, one an hour, the last one an hour old, the first 20 removed; 1: 10 old records and a
    transaction (marker at the end); 2: empty.
    """
    topic = group = f"history-{uuid.uuid4().hex[:8]}"
    ensure_topic(kafka, topic, 3, {"message.timestamp.type": "CreateTime", "retention.ms": "-1"})
    now = int(time.time() * 1000)
    producer = Producer({"bootstrap.servers": servers, "transactional.id": topic})
    producer.init_transactions(30)
    plain = Producer({"bootstrap.servers": servers})
    for number in range(100):
        plain.produce(topic, b"x", partition=0, timestamp=now - (100 - number) * HOUR)
    for _ in range(10):
        plain.produce(topic, b"x", partition=1, timestamp=now - 50 * HOUR)
    assert plain.flush(30) == 0
    producer.begin_transaction()
    producer.produce(topic, b"x", partition=1, timestamp=now - HOUR)
    producer.commit_transaction(30)
    for future in kafka.admin.delete_records([TopicPartition(topic, 0, 20)]).values():
        future.result(30)
    write_offsets(kafka, group, topic, COMMITS)
    yield topic, group
    delete_group(kafka, group)
    kafka.admin.delete_topics([topic])[topic].result(30)


def kafkas_own_plan(servers: str, topic: str, group: str, *options: str) -> dict[int, int]:
    """Return what `kafka-consumer-groups --reset-offsets --export` would set."""
    scope = ["--bootstrap-server", servers, "--group", group, "--topic", topic, "--reset-offsets", "--dry-run"]
    command = ["java", "-cp", f"{maven.jars('kafka')}/*", TOOL, *scope, "--export", *options]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    rows = [row for row in csv.reader(said.splitlines()) if len(row) == 3 and row[0] == topic]
    assert rows, f"the tool printed no plan: {said}"
    return {int(partition): int(offset) for _, partition, offset in rows}


@pytest.mark.parametrize(
    ("strategy", "options"),
    [
        ("to-latest", ["--to-latest"]),
        ("to-earliest", ["--to-earliest"]),
        ("to-current", ["--to-current"]),
        ("to-offset:5", ["--to-offset", "5"]),
        ("to-offset:42", ["--to-offset", "42"]),
        ("to-offset:100000", ["--to-offset", "100000"]),
        ("shift-by:7", ["--shift-by", "7"]),
        ("shift-by:-30", ["--shift-by", "-30"]),
        ("by-duration:PT10H30M", ["--by-duration", "PT10H30M"]),
        ("by-duration:P30D", ["--by-duration", "P30D"]),
        ("by-duration:PT1S", ["--by-duration", "PT1S"]),
        ("to-datetime:{}", ["--to-datetime", "{}"]),
        ("to-datetime:{}+02:00", ["--to-datetime", "{}+02:00"]),
    ],
)
def test_every_reset_is_what_kafkas_own_tool_would_do(kafka, servers, history, strategy, options):
    """Removed records, markers, empty partitions and clamping included; planning writes nothing."""
    topic, group = history
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime(time.time() - 20 * 3600 - 1800))
    expected = kafkas_own_plan(servers, topic, group, *[option.format(at) for option in options])
    assert plan_reset(kafka, group, topic, parse_strategy(strategy.format(at))) == expected
    assert committed(kafka, group, topic) == COMMITS


def test_the_history_is_what_the_comparison_needs(kafka, history):
    """The start was moved, the marker counts, and one partition is empty."""
    topic, _ = history
    assert start_offsets(kafka, topic) == {0: 20, 1: 0, 2: 0}
    assert end_offsets(kafka, topic) == {0: 100, 1: 12, 2: 0}


def test_a_shift_without_commits_is_refused_as_by_kafkas_tool(kafka, history):
    """There is nothing to count from."""
    topic, _ = history
    with pytest.raises(KafkaProblem, match="the group has no committed offset"):
        plan_reset(kafka, f"nobody-{topic}", topic, parse_strategy("shift-by:1"))


def test_a_group_is_made_by_its_first_offsets_and_deleted_with_them(kafka, empty):
    """No consumer is needed for it."""
    write_offsets(kafka, empty, empty, {0: 0, 1: 0, 2: 0})
    assert committed(kafka, empty, empty) == {0: 0, 1: 0, 2: 0}
    assert members(kafka, empty) == []
    assert delete_group(kafka, empty) is True
    assert delete_group(kafka, empty) is False
    assert committed(kafka, empty, empty) == {0: None, 1: None, 2: None}


def test_a_consumed_group_is_neither_written_nor_deleted(kafka, servers, empty):
    """The member is named; once it left, both are done."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": empty, "client.id": "app-under-test"})
    consumer.subscribe([empty])
    deadline = time.monotonic() + 30
    while not consumer.assignment() and time.monotonic() < deadline:
        consumer.poll(0.2)
    assert members(kafka, empty) == ["app-under-test at 127.0.0.1"]
    with pytest.raises(KafkaProblem, match=r"it is STABLE with app-under-test at 127.0.0.1: stop it"):
        write_offsets(kafka, empty, empty, {0: 0})
    with pytest.raises(KafkaProblem, match=r"cannot delete group .*not empty"):
        delete_group(kafka, empty)
    consumer.close()
    write_offsets(kafka, empty, empty, {0: 0})
    assert delete_group(kafka, empty) is True


def test_a_topic_is_made_once_and_with_its_settings(kafka, empty):
    """The second time it is there; another number of partitions is refused."""
    assert ensure_topic(kafka, empty, 3, {}) is False
    with pytest.raises(KafkaProblem, match="has 3 partitions, 4 are wanted"):
        ensure_topic(kafka, empty, 4, {})


def test_a_setting_that_kafka_does_not_know_is_told(kafka, name):
    """The broker's reason stands in the message."""
    with pytest.raises(KafkaProblem, match=rf"cannot create topic '{name}': .*no.such.setting"):
        ensure_topic(kafka, name, 1, {"no.such.setting": "1"})


def test_an_open_transaction_holds_the_last_stable_offset(kafka, servers, empty):
    """Its records are no rest that may be ignored; once it is aborted they are."""
    producer = Producer({"bootstrap.servers": servers, "transactional.id": empty})
    producer.init_transactions(30)
    producer.begin_transaction()
    for _ in range(5):
        producer.produce(empty, b"x", partition=0)
    assert producer.flush(30) == 0
    assert (last_stable_offsets(kafka, empty)[0], end_offsets(kafka, empty)[0]) == (0, 5)
    assert only_control_records(kafka, empty, 0, start=0, end=5, timeout=30) is False
    producer.abort_transaction(30)
    # The broker answers before its marker is in the log.
    until(lambda: last_stable_offsets(kafka, empty)[0] == end_offsets(kafka, empty)[0] == 6)
    assert only_control_records(kafka, empty, 0, start=0, end=6, timeout=30) is True


def test_what_was_aborted_is_scanned_only_by_who_reads_uncommitted(kafka, servers, empty):
    """Librdkafka's mock broker knows no aborted transactions."""
    producer = Producer({"bootstrap.servers": servers, "transactional.id": empty})
    producer.init_transactions(30)
    for number, end in enumerate((producer.abort_transaction, producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce(empty, str(number).encode(), partition=0)
        assert producer.flush(30) == 0
        end(30)
    until(lambda: last_stable_offsets(kafka, empty)[0] == end_offsets(kafka, empty)[0] == 4)
    for isolation, values in (("read_committed", [b"1"]), ("read_uncommitted", [b"0", b"1"])):
        batches = scan(kafka, empty, {0: 0, 1: 0}, {0: 4, 1: 0}, isolation)
        assert [row["value"] for batch in batches for row in batch.to_pylist()] == values


def test_committed_records_are_no_rest_but_their_marker_is(kafka, history):
    """What Flink leaves behind for ever: one marker."""
    topic, _ = history
    assert only_control_records(kafka, topic, 1, start=11, end=12, timeout=30) is True
    assert only_control_records(kafka, topic, 1, start=10, end=12, timeout=30) is False


def test_a_probe_below_the_log_start_is_an_error(kafka, history):
    """Nobody can know what was there."""
    topic, _ = history
    with pytest.raises(KafkaProblem, match=r"partition 0 up to offset 15"):
        only_control_records(kafka, topic, 0, start=5, end=15, timeout=10)


def test_lag_is_what_kafkas_own_numbers_say(kafka, history):
    """End less commit."""
    topic, group = history
    lag = LagReader(kafka).read(group, topic)
    assert (lag.total, lag.by_partition) == (69, {0: 60, 1: 9, 2: 0})
    assert LagReader(kafka).read("nobody", topic).by_partition == {0: 80, 1: 12, 2: 0}


def test_the_cluster_answers_with_its_id(kafka):
    """A ping is no guess from an open port."""
    assert len(kafka.ping()) >= 16
