from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException
from flink_chaos.kafka import offsets
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import committed, delete_group, members, parse_strategy, plan_reset, write_offsets


@pytest.fixture
def idle_groups(monkeypatch):
    """The mock cannot describe groups."""
    monkeypatch.setattr(offsets, "_describe", lambda *_: (ConsumerGroupState.EMPTY, []))


def answering(monkeypatch, kafka, call, answer):
    """Let the AdminClient's `call` answer so."""
    future = SimpleNamespace(result=answer)
    monkeypatch.setattr(kafka.admin, call, lambda names, **_: {names[0]: future})


def raising(code):
    def result(*_):
        raise KafkaException(KafkaError(code))

    return result


def described(state, *found):
    return lambda *_: SimpleNamespace(state=state, members=list(found))


@pytest.mark.usefixtures("idle_groups")
def test_what_is_written_is_read_back(mock_cluster):
    """Partitions without a commit are None, not 0."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9, 1: 9})
    write_offsets(kafka, "g", topic, {0: 4, 1: 9})
    assert committed(kafka, "g", topic) == {0: 4, 1: 9, 2: None, 3: None}


@pytest.mark.usefixtures("idle_groups")
def test_a_plan_covers_every_partition_and_writes_nothing(mock_cluster):
    """A partition that is left out would start wherever the job's default says."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 5, 3: 2})
    assert plan_reset(kafka, "g", topic, parse_strategy("to-latest")) == {0: 5, 1: 0, 2: 0, 3: 2}
    assert plan_reset(kafka, "g", topic, parse_strategy("to-earliest")) == dict.fromkeys(range(4), 0)
    assert plan_reset(kafka, "g", topic, parse_strategy("to-offset:3")) == {0: 3, 1: 0, 2: 0, 3: 2}
    assert plan_reset(kafka, "g", topic, parse_strategy("by-duration:PT5M")) == {0: 5, 1: 0, 2: 0, 3: 2}
    assert set(committed(kafka, "g", topic).values()) == {None}


@pytest.mark.usefixtures("idle_groups")
def test_a_shift_is_planned_from_the_commits(mock_cluster):
    """Each partition from its own."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9, 1: 9, 2: 9, 3: 9})
    write_offsets(kafka, "g", topic, {0: 1, 1: 5, 2: 8, 3: 9})
    assert plan_reset(kafka, "g", topic, parse_strategy("shift-by:-2")) == {0: 0, 1: 3, 2: 6, 3: 7}


def test_a_group_with_members_is_refused_and_they_are_named(mock_cluster, monkeypatch):
    """They would write over what is set; nothing is written."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9})
    answering(
        monkeypatch,
        kafka,
        "describe_consumer_groups",
        described(ConsumerGroupState.STABLE, SimpleNamespace(client_id="app-1", host="/10.0.0.7")),
    )
    assert members(kafka, "g") == ["app-1 at 10.0.0.7"]
    with pytest.raises(
        KafkaProblem, match=r"while nobody consumes as it; it is STABLE with app-1 at 10.0.0.7: stop it"
    ):
        write_offsets(kafka, "g", topic, {0: 1})
    assert committed(kafka, "g", topic)[0] is None


@pytest.mark.usefixtures("idle_groups")
def test_a_commit_by_somebody_else_is_noticed(mock_cluster, monkeypatch):
    """What stands there after writing must be what was written."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9})
    monkeypatch.setattr(offsets, "committed", lambda *_, **__: {0: 7})
    with pytest.raises(KafkaProblem, match=r"\(written, read back\) = \{0: \(4, 7\)\}; something else commits"):
        write_offsets(kafka, "g", topic, {0: 4})


def test_a_partition_that_refuses_is_named(mock_cluster):
    """A commit can fail for one partition alone."""
    refused = SimpleNamespace(partition=2, error=KafkaError(KafkaError.UNKNOWN_MEMBER_ID))
    with pytest.raises(KafkaProblem, match=r"partitions refuse: \{2: 'Broker: Unknown member'\}"):
        offsets._refuse_errors(mock_cluster.kafka, "write", [SimpleNamespace(partition=1, error=None), refused])


def test_a_group_that_is_not_there_has_no_members(mock_cluster, monkeypatch):
    """Newer brokers answer with an error, older ones with a dead group."""
    kafka = mock_cluster.kafka
    answering(monkeypatch, kafka, "describe_consumer_groups", raising(KafkaError.GROUP_ID_NOT_FOUND))
    assert members(kafka, "g") == []


def test_deleting_tells_whether_there_was_a_group(mock_cluster, monkeypatch):
    """Teardown runs twice without harm."""
    kafka = mock_cluster.kafka
    answering(monkeypatch, kafka, "delete_consumer_groups", lambda *_: None)
    assert delete_group(kafka, "g") is True
    answering(monkeypatch, kafka, "delete_consumer_groups", raising(KafkaError.GROUP_ID_NOT_FOUND))
    assert delete_group(kafka, "g") is False


def test_a_coordinator_that_is_not_there_yet_is_waited_for(mock_cluster, monkeypatch):
    """A new cluster's first group: NOT_COORDINATOR is no answer about the group."""
    kafka, answers = mock_cluster.kafka, iter([raising(KafkaError.NOT_COORDINATOR), lambda *_: None])
    monkeypatch.setattr(offsets, "POLL", 0)
    answering(monkeypatch, kafka, "delete_consumer_groups", lambda *_: next(answers)())
    assert delete_group(kafka, "g") is True


def test_a_coordinator_that_never_comes_is_an_error_with_its_name(mock_cluster, monkeypatch):
    """The broker's text may be empty: the code's name is not."""
    kafka = mock_cluster.kafka
    answering(monkeypatch, kafka, "describe_consumer_groups", raising(KafkaError.NOT_COORDINATOR))
    with pytest.raises(KafkaProblem, match=r"cannot describe group 'g': .*coordinator"):
        members(kafka, "g", timeout=0)


def test_a_group_in_use_is_not_deleted(mock_cluster, monkeypatch):
    """The broker's refusal is passed on with the group's name."""
    kafka = mock_cluster.kafka
    answering(monkeypatch, kafka, "delete_consumer_groups", raising(KafkaError.NON_EMPTY_GROUP))
    with pytest.raises(KafkaProblem, match=r"cannot delete group 'g': .*not empty"):
        delete_group(kafka, "g")


def test_a_time_before_all_times_is_the_first_record(mock_cluster, monkeypatch):
    """Negative times are Kafka's words for the ends of a partition, and for what it refuses."""
    asked = []
    monkeypatch.setattr(offsets, "offsets_at", lambda _k, _t, spec, **_: asked.append(spec.timestamp) or {0: 0})
    offsets._at_time(mock_cluster.kafka, "t", datetime(1, 1, 1, tzinfo=UTC), 5)
    assert asked == [0]
