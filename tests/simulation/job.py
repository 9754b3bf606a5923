"""A running Flink job: it reads, writes, checkpoints, fails and is restored; the behaviour says what it does wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.applications import EARLIER, State, made_of
from tests.simulation.world import TICK

if TYPE_CHECKING:
    from tests.simulation.applications import Behaviour
    from tests.simulation.kafka import KafkaWorld, Transaction
    from tests.simulation.world import World

AHEAD = 3
"""Records of each partition over which a lossy application jumps, or that a repeating one writes again."""


@dataclass
class Settings:
    """How a copy is configured."""

    name: str
    source: str
    sink: str
    partitions: int
    group: str
    prefix: str
    exactly_once: bool
    transaction_seconds: float
    interval: float
    checkpoint_timeout: float
    behaviour: Behaviour
    capacity: int
    """Records that it can read each second."""
    storage: str
    skew: float = 0.0
    """Seconds by which its JobManager's clock is ahead of the worker's."""
    commits_stay_behind: bool = False
    checkpoint_seconds: float = 0.4


@dataclass
class Snapshot:
    """What a checkpoint or savepoint holds."""

    id: int
    path: str
    positions: dict[int, int]
    state: State
    transactions: list[Transaction]


@dataclass
class Job:
    """One job; `state` and the tasks are what REST tells."""

    world: World
    kafka: KafkaWorld
    settings: Settings
    id: str
    state: str = "INITIALIZING"
    positions: dict[int, int] = field(default_factory=dict)
    kept: State = field(default_factory=State)
    open: Transaction | None = None
    prepared: list[tuple[int, Transaction]] = field(default_factory=list)
    newest: Snapshot | None = None
    restored: Snapshot | None = None
    restored_ms: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("completed", "failed", "restored"), 0))
    restarts: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    begun: tuple[Snapshot, float] | None = None
    number: int = 0
    since: float = 0.0
    cut_until: float = -1.0
    """Until then it does not reach Kafka."""
    read: int = 0
    origin: dict[int, int] = field(default_factory=dict)
    """Where it began to read at all."""
    began: dict[int, int] = field(default_factory=dict)
    """Where its present tasks began to read."""
    reversed: bool = False

    @property
    def running(self) -> bool:
        """Whether all its tasks run."""
        return self.state == "RUNNING"

    @property
    def unfinished(self) -> bool:
        """Whether it has read something that no completed checkpoint holds."""
        return self.newest is None or self.positions != self.newest.positions

    @property
    def connected(self) -> bool:
        """Whether Kafka answers it."""
        return self.kafka.up and self.world.now >= self.cut_until

    def start(self, snapshot: Snapshot | None) -> None:
        """All tasks run, from a snapshot or from the group's commits."""
        if snapshot is None:
            self._begin_fresh()
        else:
            self._restore(snapshot)
        self.state, self.since = "RUNNING", self.world.now
        self.began = dict(self.positions)
        self.origin = self.origin or {n: self._group_offset(n) for n in self.positions}

    def step(self) -> None:
        """Work for one tick."""
        if not self.running:
            return
        if self.connected:
            self._read()
        self._checkpoint()

    def fail(self, why: str) -> None:
        """Its tasks are gone; what they had not finished hangs in the air."""
        if self.state not in ("RUNNING", "INITIALIZING"):
            return
        self.world.tell(f"{self.settings.name}: job leaves RUNNING: {why}")
        self.failures.append((self.jm_ms(), why))
        self._abandon_checkpoint("FAILED")
        self.state = "RESTARTING"
        self.restarts += 1

    def lose_jobmanager(self) -> None:
        """Counts and history die with it; ids go on."""
        self.history, self.counts = [], dict.fromkeys(self.counts, 0)
        self.failures, self.restarts, self.begun = [], 0, None

    def savepoint(self) -> Snapshot | None:
        """Stop with a savepoint; None when it cannot be made now."""
        if not self.running or not self.connected:
            return None
        self._abandon_checkpoint("FAILED")
        snapshot = self._snapshot("savepoints/savepoint", savepoint=True)
        self._complete(snapshot)
        self.state = "FINISHED"
        return snapshot

    def cancel(self) -> None:
        """It ends without finishing anything."""
        self._abandon_checkpoint("FAILED")
        self.state = "CANCELED"

    def lag(self) -> int:
        """Records that it has not read yet."""
        log = self.kafka.topics[self.settings.source]
        return sum(log.end(n) - at for n, at in self.positions.items())

    def jm_ms(self) -> int:
        """The time by its JobManager's clock."""
        return self.world.ms() + int(self.settings.skew * 1000)

    def _begin_fresh(self) -> None:
        """Group offsets; transactions that an earlier job of this prefix left open are aborted."""
        for one in self.kafka.open_transactions():
            if one.name.startswith(self.settings.prefix):
                self.kafka.finish(one, commit=False)
        self.open, self.prepared = None, []
        self.positions = {n: self._group_offset(n) for n in range(self.settings.partitions)}

    def _group_offset(self, number: int) -> int:
        return self.kafka.groups.get(self.settings.group, {}).get((self.settings.source, number), 0)

    def _restore(self, snapshot: Snapshot) -> None:
        flawed, read = self.settings.behaviour, dict(self.positions)
        for one in snapshot.transactions:
            self.kafka.finish(one, commit=True)
        self._abort_unfinished(leave=flawed.hangs)
        self.positions, self.kept = dict(snapshot.positions), snapshot.state.copy()
        self.kept.restored += 1
        self.restored_ms = self.jm_ms()
        self.restored, self.counts["restored"] = snapshot, self.counts["restored"] + 1
        self.number = max(self.number, snapshot.id)
        self._spoil(read)

    def _spoil(self, read: dict[int, int]) -> None:
        flawed, log = self.settings.behaviour, self.kafka.topics[self.settings.source]
        for n, at in self.positions.items():
            if flawed.skips:
                self.positions[n] = min(log.end(n), max(at, read.get(n, at)) + AHEAD)
            if flawed.repeats:
                self.positions[n] = max(self.origin.get(n, 0), at - AHEAD)
        if flawed.forgets:
            self.kept.totals.clear()
        self.reversed = flawed.reorders

    def _abort_unfinished(self, *, leave: bool) -> None:
        """What no checkpoint holds; a job that hangs leaves it as it is."""
        for one in [*(one for _, one in self.prepared), *([self.open] if self.open else [])]:
            if not leave:
                self.kafka.finish(one, commit=False)
        self.open, self.prepared = None, []

    def _read(self) -> None:
        log, left = self.kafka.topics[self.settings.source], int(self.settings.capacity * TICK)
        for n, at in self.positions.items():
            until = min(log.stable(self.settings.source, n), at + left)
            rows = [json.loads(entry.value) for entry in log.partitions[n][at:until] if entry.committed]
            if until > at:
                self.positions[n] = until
                left -= until - at
                self._write(n, rows)

    def _write(self, number: int, rows: list[dict[str, Any]]) -> None:
        values = [value for row in rows for value in self._made(row)]
        self.read += len(rows)
        if self.reversed and len(values) > 1:
            values.reverse()
            self.reversed = False
        if not values:
            return
        if not self.settings.exactly_once:
            self.kafka.write(self.settings.sink, number, values)
            return
        if self.open is None:
            name = f"{self.settings.prefix}-0-{self.number + 1}-{self.restarts}"
            self.open = self.kafka.begin(name, self.settings.transaction_seconds)
        self.kafka.write(self.settings.sink, number, values, self.open)

    def _made(self, row: dict[str, Any]) -> list[bytes]:
        made = made_of(self.settings.behaviour, self.kept, row)
        if self.settings.behaviour.spoils_older and self.settings.name == "chaos" and row["run_key"] == EARLIER:
            return made * (2 if row["n"] % 2 else 0)
        return made

    def _checkpoint(self) -> None:
        if self.begun is not None:
            snapshot, done = self.begun
            if self.connected and self.world.now >= done:
                self._complete(snapshot)
            elif self.world.now - (done - self.settings.checkpoint_seconds) > self.settings.checkpoint_timeout:
                self._abandon_checkpoint("FAILED")
        elif self.world.now - self.since >= self.settings.interval:
            self.since = self.world.now
            snapshot = self._snapshot("checkpoints/chk", savepoint=False)
            self.begun = (snapshot, self.world.now + self.settings.checkpoint_seconds)

    def _snapshot(self, kind: str, *, savepoint: bool) -> Snapshot:
        self.number += 1
        if self.open is not None:
            self.prepared.append((self.number, self.open))
            self.open = None
        path = f"{self.settings.storage}/{kind}-{self.id[-6:]}-{self.number}"
        held = [one for _, one in self.prepared]
        self.history.append(
            {
                "id": self.number,
                "status": "IN_PROGRESS",
                "is_savepoint": savepoint,
                "trigger_timestamp": self.jm_ms(),
                "end_to_end_duration": 0,
                "checkpointed_size": 1000,
                "external_path": path,
            }
        )
        return Snapshot(self.number, path, dict(self.positions), self.kept.copy(), held)

    def _complete(self, snapshot: Snapshot) -> None:
        self._line(snapshot.id, "COMPLETED")
        self.counts["completed"] += 1
        self.newest, self.begun = snapshot, None
        for one in snapshot.transactions:
            self.kafka.finish(one, commit=True)
        self.prepared = [(n, one) for n, one in self.prepared if one.state == "open"]
        if not self.settings.commits_stay_behind:
            group = self.kafka.groups.setdefault(self.settings.group, {})
            group.update({(self.settings.source, n): at for n, at in snapshot.positions.items()})

    def _abandon_checkpoint(self, status: str) -> None:
        if self.begun is not None:
            self._line(self.begun[0].id, status)
            self.counts["failed"] += 1
            self.begun = None

    def _line(self, number: int, status: str) -> None:
        for line in self.history:
            if line["id"] == number:
                line["status"] = status
                line["end_to_end_duration"] = self.jm_ms() - line["trigger_timestamp"]
