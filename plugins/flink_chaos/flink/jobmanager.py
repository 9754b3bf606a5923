"""What a JobManager says of its job over REST, reached through the API server."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos import clock
from flink_chaos.cluster.proxy import ServiceError, ServiceProxy
from flink_chaos.model.facts import Checkpoint

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster

PORT = 8081
PENDING, BUSY = ".pendingRecords", "busyTimeMsPerSecond"


def _checkpoint(line: dict[str, Any]) -> Checkpoint:
    """A line of the history; one in progress has lasted until now."""
    return Checkpoint(
        id=int(line["id"]),
        status=str(line["status"]),
        is_savepoint=bool(line["is_savepoint"]),
        trigger_ms=int(line["trigger_timestamp"]),
        duration_ms=int(line["end_to_end_duration"]),
        size_bytes=line.get("checkpointed_size"),
        failure=first_line(line.get("failure_message") or ""),
    )


def first_line(text: str) -> str:
    """What a stack trace says before its frames."""
    return text.strip().partition("\n")[0][:300]


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


@dataclass(frozen=True)
class Barriers:
    """How long the barriers of a checkpoint took in the slowest subtask; milliseconds."""

    alignment_ms: int
    start_delay_ms: int


@dataclass(frozen=True)
class Failure:
    """An entry of the exception history; the time is Flink's."""

    failed_ms: int
    name: str
    task: str
    message: str


class JobManager:
    """REST of one FlinkDeployment's JobManager."""

    def __init__(self, cluster: Cluster, namespace: str, deployment: str, timeout: float = 10) -> None:
        self.proxy = ServiceProxy(cluster, namespace, f"{deployment}-rest", PORT)
        self.timeout = timeout

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

    def barriers(self, job_id: str, checkpoint_id: int) -> Barriers | None:
        """How long the barriers of a completed checkpoint took; None unless every task is told in time.

        One request for the checkpoint and one for each task; the first without an answer, or `timeout`, ends them.
        """
        until, path = clock.monotonic() + self.timeout, f"/jobs/{job_id}/checkpoints/details/{checkpoint_id}"
        tasks = (self._get(path) or {}).get("tasks") or {}
        told: list[dict[str, Any]] = []
        for vertex in tasks:
            answer = self._get(f"{path}/subtasks/{vertex}") if clock.monotonic() < until else None
            if answer is None:
                return None
            told.append(answer["summary"])
        return _barriers(told) if told else None

    def now_ms(self, job_id: str) -> int | None:
        """The JobManager's clock, ms since the epoch; None while it does not answer."""
        answer = self._get(f"/jobs/{job_id}") or {}
        return int(answer["now"]) if "now" in answer else None

    def restarts(self, job_id: str) -> int | None:
        """How often the job was restarted since this JobManager began; None while nobody tells."""
        answer = self._get(f"/jobs/{job_id}/metrics", get="numRestarts") or []
        return next((int(float(metric["value"])) for metric in answer if metric.get("value")), None)

    def metric_names(self, job_id: str) -> dict[str, list[str]]:
        """Vertex -> its metrics that `work` asks for. Those of a source's pending records exist once data came."""
        job = self._get(f"/jobs/{job_id}") or {}
        vertices = [vertex["id"] for vertex in job.get("vertices") or []]
        listed = {vertex: self._get(_metrics_of(job_id, vertex)) or [] for vertex in vertices}
        return {v: [BUSY, *(m["id"] for m in told if m["id"].endswith(PENDING))] for v, told in listed.items()}

    def work(self, job_id: str, names: dict[str, list[str]]) -> tuple[int | None, float | None]:
        """Records that no source has read yet, and the share of time (0 to 1) that the busiest task works.

        None if nobody tells. The JobManager keeps the last values of a TaskManager that hangs.
        """
        asked = [self._get(_metrics_of(job_id, v), get=",".join(ids), agg="sum,max") for v, ids in names.items()]
        found = [(m["id"], m) for answer in asked for m in answer or []]
        pending = [float(m["sum"]) for name, m in found if name.endswith(PENDING)]
        busy = [float(m["max"]) / 1000 for name, m in found if name == BUSY]
        return int(sum(pending)) if pending else None, _finite(max(busy)) if busy else None

    def used_slots(self) -> dict[str, int]:
        """TaskManager -> slots that hold tasks; its name is its pod's. Empty while the JobManager does not answer."""
        told = (self._get("/taskmanagers") or {}).get("taskmanagers") or []
        return {str(one["id"]): int(one["slotsNumber"]) - int(one["freeSlots"]) for one in told}

    def failures(self, job_id: str) -> list[Failure]:
        """The newest entries of the exception history."""
        answer = self._get(f"/jobs/{job_id}/exceptions", maxExceptions="20") or {}
        entries = (answer.get("exceptionHistory") or {}).get("entries") or []
        return [
            Failure(
                failed_ms=int(entry["timestamp"]),
                name=str(entry["exceptionName"]),
                task=str(entry.get("taskName") or ""),
                message=first_line(entry.get("stacktrace") or ""),
            )
            for entry in entries
        ]

    def _get(self, path: str, **query: str) -> Any | None:
        try:
            return self.proxy.request("GET", path, query=query or None, timeout=self.timeout)
        except ServiceError:
            return None


def _barriers(summaries: list[dict[str, Any]]) -> Barriers:
    """The longest over the tasks, each of which tells the longest over its subtasks."""
    return Barriers(
        alignment_ms=max(int(summary["alignment"]["duration"]["max"]) for summary in summaries),
        start_delay_ms=max(int(summary["start_delay"]["max"]) for summary in summaries),
    )


def _finite(value: float) -> float | None:
    """A task that tells nothing of its time says NaN."""
    return value if math.isfinite(value) else None


def _metrics_of(job_id: str, vertex: str) -> str:
    return f"/jobs/{job_id}/vertices/{vertex}/subtasks/metrics"
