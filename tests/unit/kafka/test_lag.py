import pytest
from confluent_kafka import ConsumerGroupState
from flink_chaos.kafka import offsets
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.lag import LagReader, lag_of, only_control_records
from flink_chaos.kafka.offsets import write_offsets
from hypothesis import given
from hypothesis import strategies as st

OFFSET = st.integers(0, 10**12)


@pytest.fixture(autouse=True)
def idle_groups(monkeypatch):
    """The mock cannot describe groups."""
    monkeypatch.setattr(offsets, "_describe", lambda *_: (ConsumerGroupState.EMPTY, []))


def test_lag_is_end_less_commit_and_a_missing_commit_counts_from_the_start(mock_cluster):
    """Nothing is left out of the total."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 9, 1: 5})
    write_offsets(kafka, "g", topic, {0: 4, 2: 0})
    lag = LagReader(kafka).read("g", topic)
    assert (lag.total, lag.by_partition) == (10, {0: 5, 1: 5, 2: 0, 3: 0})
    assert (lag.committed, lag.end) == ({0: 4, 1: None, 2: 0, 3: None}, {0: 9, 1: 5, 2: 0, 3: 0})


def test_a_frozen_end_does_not_move_with_the_topic(mock_cluster):
    """Draining chases no moving target."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 5})
    write_offsets(kafka, "g", topic, {0: 2})
    mock_cluster.write(topic, {0: 100})
    assert LagReader(kafka).read("g", topic, end={0: 5}).total == 3


def test_a_reader_follows_the_group(mock_cluster):
    """The second poll sees what the first did not."""
    kafka, topic = mock_cluster.kafka, mock_cluster.topic({0: 5})
    reader = LagReader(kafka)
    assert reader.read("g", topic).total == 5
    write_offsets(kafka, "g", topic, {0: 5})
    assert reader.read("g", topic).total == 0


@given(st.dictionaries(st.integers(0, 999), st.tuples(OFFSET, OFFSET, st.none() | OFFSET)))
def test_lag_is_never_negative_and_adds_up(states):
    """Also when a group committed behind a frozen end."""
    end = {number: state[0] for number, state in states.items()}
    starts = {number: state[1] for number, state in states.items()}
    lag = lag_of({number: state[2] for number, state in states.items()}, starts, end)
    assert lag.total == sum(lag.by_partition.values())
    assert all(count >= 0 for count in lag.by_partition.values())


def test_a_transactions_marker_alone_is_no_record(mock_cluster):
    """Flink commits behind the last record it saw: the marker behind it stays for ever."""
    topic = mock_cluster.topic({0: 2})
    mock_cluster.transaction(topic, 0, 1)
    assert only_control_records(mock_cluster.kafka, topic, 0, start=3, end=4, timeout=10) is True


def test_a_record_before_the_marker_is_a_record(mock_cluster):
    """Then there is something to consume."""
    topic = mock_cluster.topic({0: 2})
    mock_cluster.transaction(topic, 0, 1)
    assert only_control_records(mock_cluster.kafka, topic, 0, start=2, end=4, timeout=10) is False


def test_records_behind_the_end_do_not_count(mock_cluster):
    """Only what lies before the frozen end is asked for."""
    topic = mock_cluster.topic({0: 1})
    mock_cluster.transaction(topic, 0, 1)
    mock_cluster.write(topic, {0: 5})
    assert only_control_records(mock_cluster.kafka, topic, 0, start=2, end=3, timeout=10) is True


def test_nothing_between_is_nothing_to_read(mock_cluster):
    """No consumer is started for it."""
    assert only_control_records(mock_cluster.kafka, "any", 0, start=5, end=5, timeout=0) is True


def test_an_undecided_probe_is_an_error(mock_cluster):
    """Not a silent "drained"."""
    topic = mock_cluster.topic({0: 1})
    with pytest.raises(KafkaProblem, match=r"up to offset 1: not reached within 0 s"):
        only_control_records(mock_cluster.kafka, topic, 0, start=0, end=1, timeout=0)
