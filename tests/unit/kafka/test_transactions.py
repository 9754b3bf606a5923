from flink_chaos.kafka.scan import scan
from flink_chaos.kafka.topics import end_offsets
from flink_chaos.kafka.transactions import write_transactions
from flink_chaos.model.selftest import Transaction, Write


def test_records_are_written_in_order_and_each_end_takes_an_offset(mock_cluster):
    """In each partition of the transaction; the mock broker hides nothing from a reader."""
    topic, kafka = mock_cluster.topic({}), mock_cluster.kafka
    first = Transaction((Write(0, b"a"), Write(1, b"b"), Write(0, b"c")))
    write_transactions(kafka, topic, [first, Transaction((Write(0, b"d"),), commit=False)], transactional_id=topic)
    end = end_offsets(kafka, topic)
    rows = [
        row for batch in scan(kafka, topic, dict.fromkeys(end, 0), end, "read_uncommitted") for row in batch.to_pylist()
    ]
    assert sorted((row["partition"], row["offset"], row["value"]) for row in rows) == [
        (0, 0, b"a"),
        (0, 1, b"c"),
        (0, 3, b"d"),
        (1, 0, b"b"),
    ]
