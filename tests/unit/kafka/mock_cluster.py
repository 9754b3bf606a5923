"""librdkafka's own mock broker: real protocol, real transaction markers; no groups, no topic creation, LSO = end."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from confluent_kafka import Producer
from flink_chaos.kafka.admin import Kafka

PARTITIONS = 4
"""How many a topic has: the mock makes a topic when it is first written or asked for."""


@dataclass
class MockCluster:
    """One broker in this process; lives as long as this object."""

    topics: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.owner = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": "0"})
        broker = next(iter(self.owner.list_topics(timeout=5).brokers.values()))
        self.servers = f"{broker.host}:{broker.port}"

    @property
    def kafka(self) -> Kafka:
        """Return our client of it."""
        return Kafka({"bootstrap.servers": self.servers})

    def topic(self, records: dict[int, int]) -> str:
        """Return a new topic with so many records in each of the partitions."""
        name = f"topic-{next(self.topics)}"
        self.owner.list_topics(name, timeout=5)
        self.write(name, records)
        return name

    def write(self, topic: str, records: dict[int, int]) -> None:
        """Write so many records more."""
        for partition, count in records.items():
            for number in range(count):
                self.owner.produce(topic, str(number).encode(), partition=partition)
        assert self.owner.flush(10) == 0

    def transaction(self, topic: str, partition: int, records: int, *, commit: bool = True) -> None:
        """Write one transaction; it ends with a control record, which takes an offset."""
        settings = {"bootstrap.servers": self.servers, "transactional.id": f"t-{next(self.topics)}", "log_level": "0"}
        producer = Producer(settings)
        producer.init_transactions(10)
        producer.begin_transaction()
        for number in range(records):
            producer.produce(topic, str(number).encode(), partition=partition)
        producer.flush(10)
        (producer.commit_transaction if commit else producer.abort_transaction)(10)
