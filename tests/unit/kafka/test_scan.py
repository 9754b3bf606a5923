import pytest
from flink_chaos.kafka import scan as module
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.scan import scan


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
