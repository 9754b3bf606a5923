import pytest
from flink_chaos.kafka import scan as module
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.scan import count_committed, scan


def rows(kafka, topic, begin, end, isolation="read_uncommitted"):
    """Partition, offset and value of each record."""
    found = [row for batch in scan(kafka, topic, begin, end, isolation) for row in batch.to_pylist()]
    return sorted((row["partition"], row["offset"], row["value"].decode()) for row in found)


def test_a_scan_reads_from_begin_up_to_before_end_and_nothing_else(mock_cluster):
    """In every partition; one without a record between them is left out."""
    topic = mock_cluster.topic({0: 5, 1: 3, 2: 2})
    found = rows(mock_cluster.kafka, topic, {0: 1, 1: 0, 2: 2, 3: 0}, {0: 4, 1: 3, 2: 2, 3: 0})
    assert found == [(0, 1, "1"), (0, 2, "2"), (0, 3, "3"), (1, 0, "0"), (1, 1, "1"), (1, 2, "2")]


def test_a_partition_may_end_with_a_marker(mock_cluster):
    """No record has the last offset before the end then."""
    topic = mock_cluster.topic({0: 1})
    mock_cluster.transaction(topic, 0, 2)
    assert [offset for _, offset, _ in rows(mock_cluster.kafka, topic, {0: 0}, {0: 4})] == [0, 1, 2]


def test_a_topic_that_ends_too_early_is_a_problem(mock_cluster, monkeypatch):
    """Half a scan proves nothing."""
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.1)
    topic = mock_cluster.topic({0: 2})
    with pytest.raises(KafkaProblem, match=r"partitions 0 up to 9"):
        rows(mock_cluster.kafka, topic, {0: 0}, {0: 9})


class Losing:
    """A client whose first consumer hears nothing any more after three records."""

    def __init__(self, kafka):
        self.kafka, self.consumers = kafka, 0
        self.problem = kafka.problem

    def consumer(self, **own):
        self.consumers += 1
        made = self.kafka.consumer(**own)
        return Deaf(made) if self.consumers == 1 else made


class Deaf:
    def __init__(self, consumer):
        self.consumer, self.heard = consumer, 0
        self.assign, self.pause, self.close = consumer.assign, consumer.pause, consumer.close

    def consume(self, _count, timeout):
        if self.heard >= 3:
            return []
        found = self.consumer.consume(1, timeout=timeout)
        self.heard += len(found)
        return found


def test_another_consumer_goes_on_where_a_silent_one_was(mock_cluster, monkeypatch):
    """A broker that was killed in the middle of a scan costs seconds, and no record comes twice."""
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.05)
    topic, kafka = mock_cluster.topic({0: 6, 1: 4}), Losing(mock_cluster.kafka)
    found = rows(kafka, topic, {0: 0, 1: 0}, {0: 6, 1: 4})
    assert found == [(0, n, str(n)) for n in range(6)] + [(1, n, str(n)) for n in range(4)]
    assert kafka.consumers == 2


def test_a_scan_that_stands_still_ends_however_often_it_is_begun_again(mock_cluster, monkeypatch):
    """Each new consumer is told the end of the partition again, and that is no progress."""
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.02)
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.3)
    topic = mock_cluster.topic({0: 2})
    with pytest.raises(KafkaProblem, match=r"partitions 0 up to 9"):
        rows(mock_cluster.kafka, topic, {0: 0}, {0: 9})


def test_a_partition_that_was_added_in_mid_run_is_read_from_its_first_record(mock_cluster):
    """Nobody recorded where it begins: it was not there."""
    topic = mock_cluster.topic({0: 1, 3: 2})
    assert rows(mock_cluster.kafka, topic, {0: 0}, {0: 1, 3: 2}) == [(0, 0, "0"), (3, 0, "0"), (3, 1, "1")]


def test_records_are_counted_by_reading_them(mock_cluster):
    """Markers of transactions have offsets as well: nine offsets are seven records here, of which one is before begin."""
    topic = mock_cluster.topic({0: 4})
    mock_cluster.transaction(topic, 0, 2)
    mock_cluster.transaction(topic, 0, 1)
    assert count_committed(mock_cluster.kafka, topic, {0: 1}, {0: 9, 1: 0}) == (6, {0: 8, 1: 0})
