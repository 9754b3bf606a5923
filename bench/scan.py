"""How fast a topic is read, beside the consumer library's own limit: python bench/scan.py BOOTSTRAP_SERVERS [MILLIONS].

Writes a topic of its own, and deletes it at the end. Each way is measured twice, the better time counts.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from confluent_kafka import Producer, TopicPartition
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.scan import BATCH, FETCH, scan
from flink_chaos.kafka.topics import delete_topics, end_offsets, ensure_topic
from flink_chaos.proof.extract import Shape, write_ids
from upath import UPath

if TYPE_CHECKING:
    from collections.abc import Callable

PARTITIONS, TIMES = 4, 2
SHAPE = Shape(run_key="run_key", number="n", values=("ad_id", "event_type", "price_micros", "valid_status"))


def fill(kafka: Kafka, topic: str, count: int) -> None:
    """Records as the shipped pipeline writes them, 110 bytes each."""
    writer = Producer({**kafka.config, "linger.ms": "50", "batch.num.messages": "50000", "compression.type": "none"})
    for n in range(count):
        record = {"run_key": "r0000000001", "n": n, "ad_id": n % 1000, "event_type": "impression"}
        value = json.dumps(record | {"price_micros": n * 31 % 5_000_000, "valid_status": 0}).encode()
        while True:
            try:
                writer.produce(topic, value, partition=n % PARTITIONS)
                break
            except BufferError:
                writer.poll(0.5)
    assert writer.flush(60) == 0


def bare(kafka: Kafka, topic: str, count: int, settings: dict[str, str]) -> int:
    """The consumer library alone: nothing is looked at."""
    reader = kafka.consumer(auto_offset_reset="earliest", **settings)
    reader.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    found = 0
    while found < count:
        found += len(reader.consume(BATCH, timeout=1.0))
    reader.close()
    return found


def scanned(kafka: Kafka, topic: str) -> int:
    """As columns."""
    end = end_offsets(kafka, topic)
    return sum(batch.num_rows for batch in scan(kafka, topic, dict.fromkeys(end, 0), end, "read_committed"))


def extracted(kafka: Kafka, topic: str) -> int:
    """As a file of ids, as a run does."""
    end = end_offsets(kafka, topic)
    with TemporaryDirectory() as folder:
        batches = scan(kafka, topic, dict.fromkeys(end, 0), end, "read_committed")
        return write_ids(batches, SHAPE, UPath(Path(folder) / "ids.parquet"))


def measured(name: str, read: Callable[[], int], count: int) -> None:
    """Print the best of some times."""
    figures = []
    for _ in range(TIMES):
        begin, processor = time.monotonic(), time.process_time()
        assert read() == count
        figures.append((time.monotonic() - begin, time.process_time() - processor))
    seconds, processor = min(figures)
    print(f"{name:18}  {seconds:7.1f}  {processor:11.1f}  {count / seconds:12,.0f}", flush=True)


def main() -> None:
    """Measure; delete the topic whatever happens."""
    kafka, count = Kafka({"bootstrap.servers": sys.argv[1]}), int(float((sys.argv[2:] or ["2"])[0]) * 1_000_000)
    topic = f"bench-scan-{uuid4().hex[:8]}"
    try:
        ensure_topic(kafka, topic, PARTITIONS, {})
        fill(kafka, topic, count)
        print("way                 seconds  CPU seconds  records/s", flush=True)
        measured("library, defaults", lambda: bare(kafka, topic, count, {}), count)
        measured("library, as scan", lambda: bare(kafka, topic, count, FETCH), count)
        measured("scan", lambda: scanned(kafka, topic), count)
        measured("scan to ids", lambda: extracted(kafka, topic), count)
    finally:
        delete_topics(kafka, [topic])


if __name__ == "__main__":
    main()
