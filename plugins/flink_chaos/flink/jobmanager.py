"""What a JobManager says of its job over REST, reached through the API server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.proxy import ServiceError, ServiceProxy
from flink_chaos.model.facts import Checkpoint

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster

PORT = 8081


def _checkpoint(line: dict[str, Any]) -> Checkpoint:
    """A line of the history; one in progress has lasted until now."""
    return Checkpoint(
        id=int(line["id"]),
        status=str(line["status"]),
        is_savepoint=bool(line["is_savepoint"]),
        trigger_ms=int(line["trigger_timestamp"]),
        duration_ms=int(line["end_to_end_duration"]),
    )


@dataclass(frozen=True)
class Job:
    """A job and its tasks."""

    id: str
    state: str
    tasks: dict[str, int]

    @property
    def runs(self) -> bool:
        """Whether every task runs: the job's own RUNNING does not mean that."""
        started = sum(self.tasks.values())
        return self.state == "RUNNING" and started > 0 and self.tasks.get("RUNNING", 0) == started


@dataclass(frozen=True)
class Checkpoints:
    """Checkpoints since this JobManager started: a new JobManager begins at 0, but ids go on."""

    completed: int
    failed: int
    restored: int
    latest_id: int
    latest_trigger_ms: int
    restored_path: str | None
    restored_id: int | None
    history: list[Checkpoint]


class JobManager:
    """REST of one FlinkDeployment's JobManager."""

    def __init__(self, cluster: Cluster, namespace: str, deployment: str) -> None:
        self.proxy = ServiceProxy(cluster, namespace, f"{deployment}-rest", PORT)

    def job(self) -> Job | None:
        """The one job of the application; None while the JobManager cannot be reached or has none yet."""
        overview = self._get("/jobs/overview")
        jobs = (overview or {}).get("jobs") or []
        if not jobs:
            return None
        tasks = {name.upper(): int(count) for name, count in jobs[0]["tasks"].items() if name != "total"}
        return Job(jobs[0]["jid"], jobs[0]["state"], {name: count for name, count in tasks.items() if count})

    def checkpoints(self, job_id: str) -> Checkpoints | None:
        """Checkpoint figures of the job; None while the JobManager cannot be reached."""
        answer = self._get(f"/jobs/{job_id}/checkpoints")
        if answer is None:
            return None
        counts, latest = answer["counts"], answer["latest"]
        completed, restored = latest.get("completed") or {}, latest.get("restored") or {}
        return Checkpoints(
            completed=int(counts["completed"]),
            failed=int(counts["failed"]),
            restored=int(counts["restored"]),
            latest_id=int(completed.get("id") or 0),
            latest_trigger_ms=int(completed.get("trigger_timestamp") or 0),
            restored_path=restored.get("external_path"),
            restored_id=restored.get("id"),
            history=[_checkpoint(line) for line in answer.get("history") or []],
        )

    def _get(self, path: str) -> Any | None:
        try:
            return self.proxy.request("GET", path, timeout=10)
        except ServiceError:
            return None
