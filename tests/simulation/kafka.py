"""A simulated Kafka: topics as logs with transactions, their markers and their aborted records; groups; outages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

MAX_TRANSACTION_MS = 900_000


@dataclass(slots=True, eq=False)
class Transaction:
    """One transaction of a producer."""

    name: str
    started: float
    timeout: float
    state: str = "open"
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    """(topic, partition) -> its first offset there."""


@dataclass(slots=True)
class Entry:
    """A record, or the marker that ends a transaction."""

    ms: int
    value: bytes
    transaction: Transaction | None = None
    marker: bool = False
    compacted: bool = False
    """Whether compaction has taken it away: it was delivered, and nobody can read it any more."""

    @property
    def delivered(self) -> bool:
        """Whether a read_committed consumer has got it, or gets it."""
        return not self.marker and (self.transaction is None or self.transaction.state == "committed")

    @property
    def committed(self) -> bool:
        """Whether a read_committed consumer gets it."""
        return self.delivered and not self.compacted


@dataclass
class Topic:
    """A topic; offsets are places in a list."""

    partitions: list[list[Entry]]
    identity: str
    starts: dict[int, int] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    opened: list[Transaction] = field(default_factory=list)
    """Transactions that are open here."""

    def end(self, number: int) -> int:
        """The next offset to be written."""
        return len(self.partitions[number])

    def stable(self, name: str, number: int) -> int:
        """How far a read_committed consumer gets."""
        firsts = [one.places[name, number] for one in self.opened if (name, number) in one.places]
        return min(firsts, default=self.end(number))

    def records(self, begin: dict[int, int], end: dict[int, int]) -> list[Entry]:
        """Committed records between offsets."""
        return [
            entry
            for n, until in end.items()
            for entry in self.partitions[n][begin.get(n, 0) : until]
            if entry.committed
        ]


@dataclass
class KafkaWorld:
    """The brokers. `down_until` is when they are back."""

    world: World
    cluster_id: str = "sim-cluster"
    topics: dict[str, Topic] = field(default_factory=dict)
    groups: dict[str, dict[tuple[str, int], int]] = field(default_factory=dict)
    down_until: float = -1.0
    outages: int = 0
    stuck: bool = False
    """Whether a client that has met an outage never comes back (as librdkafka's did on the lab)."""
    busy_until: float = -1.0
    """Until then coordinators and leaders move."""

    def __post_init__(self) -> None:
        """Transactions end by their time-out."""
        self.world.steps.append(self._expire)

    @property
    def up(self) -> bool:
        """Whether anybody answers."""
        return self.world.now >= self.down_until

    def stop(self, seconds: float) -> None:
        """All brokers are away for so long."""
        self.down_until = max(self.down_until, self.world.now + seconds)
        self.outages += 1
        self.world.tell(f"Kafka is down for {seconds:.0f} s")

    def create(self, name: str, partitions: int) -> Topic:
        """Make a topic."""
        identity = f"{name}-{len(self.topics)}-{self.world.now:.0f}"
        return self.topics.setdefault(name, Topic([[] for _ in range(partitions)], identity))

    def begin(self, name: str, timeout: float) -> Transaction:
        """Begin a transaction."""
        return Transaction(name, self.world.now, timeout)

    def write(self, topic: str, number: int, values: list[bytes], transaction: Transaction | None = None) -> None:
        """Append records."""
        log = self.topics[topic]
        if transaction is not None and (topic, number) not in transaction.places:
            transaction.places[topic, number] = log.end(number)
            log.opened.append(transaction)
        ms = self.world.ms()
        log.partitions[number].extend([Entry(ms, value, transaction) for value in values])

    def finish(self, transaction: Transaction, *, commit: bool) -> None:
        """Commit or abort it; one that is ended stays as it is."""
        if transaction.state != "open":
            return
        transaction.state = "committed" if commit else "aborted"
        for topic, number in transaction.places:
            self.topics[topic].partitions[number].append(Entry(self.world.ms(), b"", transaction, marker=True))
        for topic in {name for name, _ in transaction.places}:
            self.topics[topic].opened.remove(transaction) if transaction in self.topics[topic].opened else None
            self.topics[topic].opened = [one for one in self.topics[topic].opened if one is not transaction]

    def open_transactions(self) -> list[Transaction]:
        """Those that nobody has ended, each once."""
        return list({id(one): one for topic in self.topics.values() for one in topic.opened}.values())

    def _expire(self) -> None:
        for topic in self.topics.values():
            for one in topic.opened:
                if self.up and self.world.now - one.started > one.timeout:
                    self.world.tell(f"Kafka aborts {one.name}: open for {one.timeout:.0f} s")
                    self.finish(one, commit=False)
                    return
