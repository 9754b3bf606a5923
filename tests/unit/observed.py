"""What an observer saw of a run whose TaskManager was killed, second by second; tests change what they are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Checkpoint, Drained, FaultEnded, FaultStarted, Loaded, Observed, TargetsChosen
from flink_chaos.model.journal import Journal
from flink_chaos.model.observation import (
    CheckpointEnded,
    EventSeen,
    FailureSeen,
    NodesState,
    NodeState,
    Observation,
    PodsState,
    PodState,
    Sample,
    Seen,
)

from tests.unit.plans import RECORDS, a_target, looked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.facts import Fact

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RATE, LOAD_SECONDS, INTERVAL = 1000, 120, 5
ASKED, KILLED, BACK, DRAINED = 35, 40, 50, 130
"""Seconds: the engine is made, the pod is gone, all tasks run again, everything is read."""

FLUSHED = "lag 0 and flushed 7 s after the last record"


def at(second: float) -> datetime:
    """The moment, seconds after the first sample."""
    return BEGIN + timedelta(seconds=second)


def ms(second: float) -> int:
    """The same in ms since the epoch."""
    return round(at(second).timestamp() * 1000)


def facts(**other: Any) -> list[Fact]:
    """What the journal holds of it."""
    return [
        looked("before the fault", latest=6),
        TargetsChosen(at=at(ASKED), targets=[a_target(uid="u1")]),
        FaultStarted(at=at(ASKED), engine="e", uid="e1"),
        FaultEnded(at=at(60), engine_status="completed", phase="Completed", verdict="Pass", message=""),
        looked("drained", latest=25, restored=7),
        Loaded(
            at=at(LOAD_SECONDS), expected=RECORDS, written=RECORDS, state="FINISHED", begin={0: 0}, end={0: RECORDS}
        ),
        Drained(at=at(DRAINED), copy=Copy.CHAOS, ok=True, message=FLUSHED, lag=0),
        Observed(at=at(DRAINED), samples=260, longest_gap_seconds=1.0),
    ]


def journal(*later: Fact) -> Journal:
    """The facts and then these."""
    return Journal([*facts(), *later])


def loaded(second: int) -> int:
    """Records in the source."""
    return RATE * min(second, LOAD_SECONDS)


def sample(copy: Copy, second: int, back: int = BACK) -> Sample:
    """One look. The chaos copy stands still from the kill until `back`, and commits 5 s later what it has read."""
    out = copy is Copy.CHAOS and KILLED <= second < back
    behind = copy is Copy.CHAOS and KILLED <= second < back + INTERVAL
    committed = RATE * (KILLED - KILLED % INTERVAL) if behind else RATE * (second - second % INTERVAL)
    committed = min(committed, loaded(second))
    return Sample(
        at_ms=ms(second),
        copy=copy,
        loaded=loaded(second),
        committed_lag=loaded(second) - committed,
        pending_lag=None if out else 0,
        busy=0.25,
        written=committed,
        visible=committed,
        job_id="j1",
        job_state="RUNNING",
        tasks=2,
        tasks_running=0 if out else 2,
        restarts=1 if copy is Copy.CHAOS and second > KILLED < back else 0,
        checkpoint_id=1,
    )


def checkpoint(number: int, second: float, status: str = "COMPLETED", **other: Any) -> CheckpointEnded:
    """A checkpoint of the chaos copy that began then and took 200 ms."""
    fields = {"id": number, "status": status, "is_savepoint": False, "trigger_ms": ms(second), "duration_ms": 200}
    one = Checkpoint.model_validate(fields | other)
    return CheckpointEnded(at_ms=ms(second + 1), copy=Copy.CHAOS, job_id="j1", checkpoint=one)


def pods(second: float, *uids: str) -> PodsState:
    """The chaos copy's pods from then on: a JobManager and these TaskManagers."""
    found = {"jm": PodState(name="chaos-r1-5bff5-q5pqs", phase="Running", ready=True)}
    found |= {uid: PodState(name=f"chaos-r1-taskmanager-1-{uid}", phase="Running", ready=True) for uid in uids}
    return PodsState(at_ms=ms(second), copy=Copy.CHAOS, pods=found)


def nodes(second: float, **trouble: list[str]) -> NodesState:
    """The run's nodes from then on, by name: cordoned, not ready, or under a pressure."""
    found = {
        name: NodeState(
            ready="not ready" not in words,
            schedulable="cordoned" not in words,
            pressure=[word for word in words if word.endswith("Pressure")],
        )
        for name, words in trouble.items()
    }
    return NodesState(at_ms=ms(second), nodes=found)


def event(second: float, uid: str = "e1", **other: Any) -> EventSeen:
    """A warning about the chaos copy's TaskManager that was seen a second after it had happened."""
    fields = {
        "about": "Pod/chaos-r1-taskmanager-1-1",
        "warning": True,
        "reason": "Unhealthy",
        "message": "probe failed",
        "count": 1,
        "first_ms": ms(second),
        "last_ms": ms(second),
    }
    return EventSeen(at_ms=ms(second + 1), copy=Copy.CHAOS, uid=uid, **(fields | other))


def seen(back: int = BACK) -> Iterator[Seen]:
    """Everything."""
    for second in range(DRAINED + 1):
        for copy in Copy:
            yield sample(copy, second, back)
    ends = [*range(0, KILLED, INTERVAL), *range(back + 1, DRAINED, INTERVAL)]
    yield from (checkpoint(number, second) for number, second in enumerate(ends))
    yield pods(0, "u1")
    yield pods(KILLED, "u2")
    failure = {"name": "java.lang.Exception", "task": "t", "message": "Pod terminated"}
    yield FailureSeen(at_ms=ms(KILLED + 1), copy=Copy.CHAOS, failed_ms=ms(KILLED - 0.5), **failure)


def observation(*more: Seen, back: int = BACK) -> Observation:
    """All of it, and these."""
    return Observation([*seen(back), *more])
