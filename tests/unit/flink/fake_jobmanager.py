"""A JobManager in memory, as far as its REST tells: one job, its checkpoints, and how far its source has read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.fake_server import Answer, Request

JOB, LATER_JOB, VERTEX = (digit * 32 for digit in "12c")


@dataclass
class FakeJobManager:
    """Change its fields between questions; times are its own, however its clock goes."""

    topic: str = "ad-events"
    job_id: str = JOB
    state: str = "RUNNING"
    tasks: dict[str, int] = field(default_factory=lambda: {"running": 2})
    older: list[dict[str, Any]] = field(default_factory=list)
    """Jobs of the overview before this one."""
    positions: dict[int, int] | None = None
    """Partition -> offset of the last record that was taken, -1: none; None: no KafkaSource."""
    completed: int = 7
    in_progress: int | None = None
    completed_here: int = 1
    restored: tuple[int, int] | None = None
    """Checkpoint id, and when."""
    clock_ms: int = 1_000
    external_path: str | None = None
    """Of the newest checkpoint."""
    config: dict[str, Any] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=lambda: {"rest.port": "8081"})
    status: tuple[int, Any] | None = None
    """What everything is answered with."""
    answers: dict[str, Any] = field(default_factory=dict)
    """Answers that are not as they should be."""

    def __call__(self, request: Request, path: str) -> Answer:
        if self.status is not None:
            return self.status
        if path in self.answers:
            return 200, self.answers[path]
        told = self._routes(request.query).get(path)
        return (404, {"errors": [f"NotFoundException: {path}"]}) if told is None else (200, told)

    def complete(self, number: int | None = None) -> None:
        """Let one more checkpoint begin and complete."""
        self.completed = number or self.completed + 1
        self.completed_here += 1

    def restore(self, number: int) -> None:
        """Start the tasks again from a checkpoint: they have read nothing yet."""
        self.clock_ms += 1_000
        self.restored = (number, self.clock_ms)
        self.positions = dict.fromkeys(self.positions or {}, -1)

    def _routes(self, query: dict[str, str]) -> dict[str, Any]:
        job = f"/jobs/{self.job_id}"
        return {
            "/jobs/overview": {"jobs": [*self.older, self._line()]},
            job: {"now": self.clock_ms, "vertices": [{"id": VERTEX, "name": "Source"}]},
            f"{job}/checkpoints": self._checkpoints(),
            f"{job}/checkpoints/config": self.config,
            f"{job}/vertices/{VERTEX}/subtasks/metrics": self._metrics(query),
            "/jobmanager/config": [{"key": key, "value": value} for key, value in self.options.items()],
        }

    def _line(self) -> dict[str, Any]:
        tasks = {"total": sum(self.tasks.values()), **self.tasks}
        return {"jid": self.job_id, "state": self.state, "start-time": self.clock_ms, "tasks": tasks}

    def _checkpoints(self) -> dict[str, Any]:
        pending = [] if self.in_progress is None else [_checkpoint(self.in_progress, "IN_PROGRESS", self.clock_ms)]
        done = [_checkpoint(self.completed, "COMPLETED", self.clock_ms)] if self.completed_here else []
        restored = None
        if self.restored:
            restored = {"id": self.restored[0], "restore_timestamp": self.restored[1], "external_path": "p"}
        counts = {"restored": int(restored is not None), "completed": self.completed_here, "failed": 0}
        return {
            "counts": counts | {"in_progress": len(pending)},
            "latest": {"completed": self._newest(done), "restored": restored},
            "history": [*pending, *done],
        }

    def _newest(self, done: list[dict[str, Any]]) -> dict[str, Any] | None:
        return done[0] | {"external_path": self.external_path} if done else None

    def _metrics(self, query: dict[str, str]) -> list[dict[str, Any]]:
        group = f"Source__ads[1].KafkaSourceReader.topic.{self.topic}.partition"
        told = {f"{group}.{partition}.currentOffset": at for partition, at in (self.positions or {}).items()}
        if "get" not in query:
            return [{"id": name} for name in ("numRecordsIn", *told)]
        return [{"id": name, "min": told[name], "max": told[name]} for name in query["get"].split(",") if name in told]


def _checkpoint(number: int, status: str, at_ms: int) -> dict[str, Any]:
    return {
        "id": number,
        "status": status,
        "is_savepoint": False,
        "trigger_timestamp": at_ms,
        "end_to_end_duration": 10,
    }
