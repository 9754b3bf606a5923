from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import OffsetSpec
from flink_chaos.kafka import topics
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.topics import end_offsets, ensure_topic, last_stable_offsets, partitions_of, start_offsets


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
