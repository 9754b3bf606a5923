"""The data loader: bounded, in the order of its numbers for each user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.applications import BEHAVIOURS
from tests.simulation.world import TICK

if TYPE_CHECKING:
    from tests.simulation.kafka import KafkaWorld
    from tests.simulation.world import World

USERS, COMMIT_SECONDS = 11, 2.0


@dataclass
class Plain:
    """What a job's settings tell of a loader."""

    behaviour: Any = BEHAVIOURS["plain"]


@dataclass
class LoaderJob:
    """Looks like a job, and writes the source topic."""

    world: World
    kafka: KafkaWorld
    run_key: str
    topic: str
    partitions: int
    records: int
    rate: int
    transactional: bool = False
    open: Any = None
    id: str = "10ade0000000000000000000000000ff"
    state: str = "INITIALIZING"
    written: float = 0.0
    sent: int = 0
    newest: Any = None
    restored: Any = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("completed", "failed", "restored"), 0))
    history: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)
    restarts: int = 0
    restored_ms: int = 0
    settings: Plain = field(default_factory=Plain)

    @property
    def connected(self) -> bool:
        """Whether Kafka answers."""
        return self.kafka.up

    @property
    def ended(self) -> bool:
        """Whether everything is written."""
        return self.sent >= self.records

    def start(self, _snapshot: Any) -> None:
        """Begin."""
        self.state = "RUNNING"

    def step(self) -> None:
        """Write what this tick brings; what Kafka does not take now waits."""
        self.written = min(float(self.records), self.written + self.rate * TICK)
        if not self.kafka.up:
            return
        rows: dict[int, list[bytes]] = {}
        for n in range(self.sent, int(self.written)):
            user = (n * 7919) % USERS
            text = f'{{"run_key": "{self.run_key}", "n": {n}, "user": {user}, "v": {(n * 31) % 1009}}}'
            rows.setdefault(user % self.partitions, []).append(text.encode())
        for number, values in rows.items():
            self.kafka.write(self.topic, number, values, self._transaction())
        self.sent = int(self.written)
        if self.open is not None and (self.ended or self.world.now - self.open.started >= COMMIT_SECONDS):
            self.kafka.finish(self.open, commit=True)
            self.open = None
        if self.ended:
            self.state = "FINISHED"
            self.world.tell(f"the loader has written {self.records:,} records")

    def _transaction(self) -> Any:
        if self.transactional and self.open is None:
            self.open = self.kafka.begin(f"loader-{self.run_key}", 60.0)
        return self.open

    def fail(self, why: str) -> None:
        """It is never restarted."""
        self.world.tell(f"loader: {why}")
        self.state = "FAILED"

    def lose_jobmanager(self) -> None:
        """There is nothing to lose."""

    def cancel(self) -> None:
        """It ends."""
        self.state = "CANCELED"

    def savepoint(self) -> None:
        """It has none."""

    def jm_ms(self) -> int:
        """The time by its JobManager's clock."""
        return self.world.ms()
