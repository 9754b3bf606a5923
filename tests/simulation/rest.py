"""REST of a JobManager: what the package asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.job import Job
    from tests.unit.fake_server import Answer, Request

VERTEX = "cbc357ccb763df2852fee8c4fc7d55f2"
OPERATOR = "Source__source"
PARALLELISM = 2


def service(
    current: Callable[[], Job | None], config: Callable[[], dict[str, str]], taskmanagers: Callable[[], dict[str, bool]]
) -> Callable[[Request, str], Answer]:
    """What answers under `<deployment>-rest`."""

    def answer(request: Request, path: str) -> Answer:
        job = current()
        if path.startswith("/jobmanager/config"):
            return 200, [{"key": key, "value": value} for key, value in config().items()]
        if path.startswith("/taskmanagers"):
            return 200, {"taskmanagers": [_taskmanager(name, works=works) for name, works in taskmanagers().items()]}
        if path.startswith("/jobs/overview"):
            return 200, {"jobs": [_overview(job)] if job else []}
        parts = path.strip("/").split("/")
        if job is None or len(parts) < 2 or parts[1] != job.id:
            return 404, {
                "errors": [
                    f"org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job ({path})"
                ]
            }
        return _of_job(job, parts[2:], request)

    return answer


def _taskmanager(name: str, *, works: bool) -> dict[str, Any]:
    return {
        "id": name,
        "slotsNumber": PARALLELISM,
        "freeSlots": 0 if works else PARALLELISM,
        "timeSinceLastHeartbeat": 0,
    }


def _of_job(job: Job, parts: list[str], request: Request) -> Answer:
    if parts[:1] == ["vertices"] and parts[-1] == "metrics":
        return 200, _metrics(job, request.query)
    make = ANSWERS.get("/".join(parts))
    return (200, make(job)) if make else (404, {"errors": [f"Not found: {'/'.join(parts)}"]})


def _job(job: Job) -> dict[str, Any]:
    vertex = {
        "id": VERTEX,
        "name": "Source: source -> sink: Writer",
        "parallelism": PARALLELISM,
        "status": job.state,
        "tasks": _tasks(job),
    }
    times = {"now": job.jm_ms(), "start-time": job.world.ms(0)}
    return {"jid": job.id, "state": job.state, "vertices": [vertex], **times}


def _exceptions(job: Job) -> dict[str, Any]:
    entries = [{"timestamp": ms, "exceptionName": "java.lang.Exception", "stacktrace": why} for ms, why in job.failures]
    return {"exceptionHistory": {"entries": entries[::-1]}}


def _plan(job: Job) -> dict[str, Any]:
    return {"plan": {"jid": job.id, "nodes": [{"id": VERTEX, "description": "Source: source -> sink: Writer"}]}}


def _job_config(job: Job) -> dict[str, Any]:
    return {"jid": job.id, "execution-config": {"user-config": {}, "job-parallelism": PARALLELISM}}


def _overview(job: Job) -> dict[str, Any]:
    return {"jid": job.id, "name": "job", "state": job.state, "start-time": job.world.ms(0), "tasks": _tasks(job)}


def _tasks(job: Job) -> dict[str, int]:
    names = (
        "created",
        "scheduled",
        "deploying",
        "running",
        "finished",
        "canceling",
        "canceled",
        "failed",
        "reconciling",
        "initializing",
    )
    where = {"RUNNING": "running", "FINISHED": "finished", "CANCELED": "canceled", "FAILED": "failed"}.get(
        job.state, "scheduled"
    )
    return {"total": PARALLELISM, **dict.fromkeys(names, 0), where: PARALLELISM}


def _checkpoints(job: Job) -> dict[str, Any]:
    done = [line for line in job.history if line["status"] == "COMPLETED"]
    plain, savepoints = ([line for line in done if line["is_savepoint"] is kind] for kind in (False, True))
    failed = [line for line in job.history if line["status"] == "FAILED"]
    restored = job.restored
    told = (
        {
            "id": restored.id,
            "external_path": restored.path,
            "is_savepoint": "savepoint-" in restored.path,
            "restore_timestamp": job.restored_ms,
        }
        if restored
        else None
    )
    latest = {
        "completed": plain[-1] if plain else None,
        "savepoint": savepoints[-1] if savepoints else None,
        "failed": failed[-1] if failed else None,
        "restored": told,
    }
    progress = sum(line["status"] == "IN_PROGRESS" for line in job.history)
    total = len(job.history)
    return {
        "counts": {**job.counts, "in_progress": progress, "total": total},
        "latest": latest,
        "history": job.history[::-1],
    }


def _config(job: Job) -> dict[str, Any]:
    mode = "exactly_once" if job.settings.exactly_once else "at_least_once"
    return {
        "mode": mode,
        "interval": int(job.settings.interval * 1000),
        "timeout": int(job.settings.checkpoint_timeout * 1000),
        "min_pause": 0,
        "max_concurrent": 1,
        "externalization": {"enabled": True, "delete_on_cancellation": False},
        "state_backend": "HashMapStateBackend",
        "checkpoint_storage": "FileSystemCheckpointStorage",
        "unaligned_checkpoints": False,
        "tolerable_failed_checkpoints": 10,
        "aligned_checkpoint_timeout": 0,
        "checkpoints_after_tasks_finish": True,
        "state_changelog_enabled": False,
    }


def _metrics(job: Job, query: dict[str, str]) -> list[dict[str, Any]]:
    """Of a job whose tasks run; those of the source's partitions once data came."""
    topic = job.settings.source
    values: dict[str, float] = {"busyTimeMsPerSecond": 100.0}
    if job.running:
        if job.read:
            values[f"{OPERATOR}.pendingRecords"] = float(job.lag())
        for n, at in job.positions.items():
            stem = f"{OPERATOR}.KafkaSourceReader.topic.{topic}.partition.{n}"
            committed = job.kafka.groups.get(job.settings.group, {}).get((topic, n), -1)
            values[f"{stem}.currentOffset"] = float(at - 1 if at > job.began.get(n, 0) else -1)
            values[f"{stem}.committedOffset"] = float(committed)
    asked = query.get("get")
    if not asked:
        return [{"id": name} for name in values]
    return [_told(name, values[name], query) for name in asked.split(",") if name in values]


def _told(name: str, value: float, query: dict[str, str]) -> dict[str, Any]:
    if not query.get("agg"):
        return {"id": name, "value": str(value)}
    return {"id": name, **dict.fromkeys(query["agg"].split(","), value)}


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "": _job,
    "checkpoints": _checkpoints,
    "checkpoints/config": _config,
    "config": _job_config,
    "plan": _plan,
    "exceptions": _exceptions,
    "metrics": lambda job: [{"id": "numRestarts", "value": str(job.restarts)}],
}
