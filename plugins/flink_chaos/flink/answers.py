"""Answers of a JobManager's REST: what they say, and how they are read. One that is not Flink's raises UNEXPECTED."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flink_chaos.model.facts import Checkpoint
from flink_chaos.model.names import Shape
from flink_chaos.model.text import LINE, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ENDED = ("FINISHED", "FAILED", "CANCELED")
UNEXPECTED = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises of an answer that is not Flink's."""

NO_ID = "0" * 32
NAME_LENGTH = 1_000
"""Of a metric: task, operator and topic are parts of it, and Flink's server takes no longer request than 4,096."""

T = TypeVar("T")


def first_line(text: str) -> str:
    """What a stack trace says before its frames."""
    return cut(text.lstrip().partition("\n")[0].rstrip(), LINE)


@dataclass(frozen=True)
class Job:
    """A job and its tasks."""

    id: str
    state: str
    tasks: dict[str, int]
    start_ms: int = 0

    @property
    def runs(self) -> bool:
        """Whether every task runs that has not finished: the job's own RUNNING does not mean that."""
        running = self.tasks.get("RUNNING", 0)
        return self.state == "RUNNING" and running > 0 and running == self.unfinished

    @property
    def unfinished(self) -> int:
        """Tasks without those that came to the end of what they read, such as a bounded source."""
        return sum(self.tasks.values()) - self.tasks.get("FINISHED", 0)

    @property
    def has_ended(self) -> bool:
        """Whether Flink never runs it again."""
        return self.state in ENDED


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
    restored_ms: int = 0
    """When the job was last restored, by Flink's clock: one moment for each attempt. 0: never."""
    in_progress: int = 0
    external_path: str | None = None
    """Where the newest completed one is."""

    @property
    def completed_id(self) -> int:
        """Newest completed checkpoint, also where an earlier JobManager completed it; 0: none."""
        return max(self.latest_id, self.restored_id or 0)

    @property
    def newest_id(self) -> int:
        """Highest id that was given out, whatever became of it: what begins later has a higher one.

        A short history may not hold what is in progress; it has the ids that follow.
        """
        listed = sum(one.status == "IN_PROGRESS" for one in self.history)
        return max([self.completed_id, *(one.id for one in self.history)]) + max(0, self.in_progress - listed)


@dataclass(frozen=True)
class CheckpointConfig:
    """How the job checkpoints, whoever said so; None: not told."""

    interval_ms: int | None
    timeout_ms: int | None
    mode: str


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


def read_jobs(answer: Any) -> list[Job]:
    """Jobs of the overview. Raises UNEXPECTED where none can be read, and one has an id that is none of Flink's."""
    lines = list(answer["jobs"])
    found = list(_readable(lines, _job))
    for line in () if found else lines:
        Shape.FLINK_ID.checked(line.get("jid", NO_ID))
    return found


def _job(line: dict[str, Any]) -> Job:
    tasks = {name.upper(): int(count) for name, count in line["tasks"].items() if name != "total"}
    counts = {name: count for name, count in tasks.items() if count}
    job_id, state = Shape.FLINK_ID.checked(line["jid"]), cut(str(line["state"]), LINE)
    return Job(job_id, state, counts, int(line.get("start-time") or 0))


def read_checkpoints(answer: Any) -> Checkpoints:
    """Figures, newest of each kind and history."""
    counts, latest = answer["counts"], answer["latest"]
    completed, restored = latest.get("completed") or {}, latest.get("restored") or {}
    return Checkpoints(
        completed=int(counts["completed"]),
        failed=int(counts["failed"]),
        restored=int(counts["restored"]),
        latest_id=int(completed.get("id") or 0),
        latest_trigger_ms=int(completed.get("trigger_timestamp") or 0),
        restored_path=restored.get("external_path"),
        restored_id=None if restored.get("id") is None else int(restored["id"]),
        history=list(_readable(answer.get("history") or [], _checkpoint)),
        restored_ms=int(restored.get("restore_timestamp") or 0),
        in_progress=int(counts.get("in_progress") or 0),
        external_path=completed.get("external_path"),
    )


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


def read_checkpoint_config(answer: Any) -> CheckpointConfig:
    """How the job checkpoints."""
    interval, timeout = answer.get("interval"), answer.get("timeout")
    return CheckpointConfig(
        interval_ms=None if interval is None else int(interval),
        timeout_ms=None if timeout is None else int(timeout),
        mode=str(answer.get("mode") or ""),
    )


def read_options(answer: Any) -> dict[str, str]:
    """Flink options by name."""
    return {str(one["key"]): str(one["value"]) for one in answer}


def read_used_slots(answer: Any) -> dict[str, int]:
    """TaskManager -> slots in use."""
    return {str(one["id"]): int(one["slotsNumber"]) - int(one["freeSlots"]) for one in answer["taskmanagers"]}


def read_failures(answer: Any) -> list[Failure]:
    """Entries of the exception history."""
    return list(_readable((answer.get("exceptionHistory") or {}).get("entries") or [], _failure))


def _failure(entry: dict[str, Any]) -> Failure:
    return Failure(
        failed_ms=int(entry["timestamp"]),
        name=cut(str(entry["exceptionName"]), LINE),
        task=cut(str(entry.get("taskName") or ""), LINE),
        message=first_line(entry.get("stacktrace") or ""),
    )


def _readable(lines: Iterable[Any], read: Callable[[Any], T]) -> Iterable[T]:
    """Those lines that are what Flink writes: one that is not hides no other."""
    for line in lines:
        try:
            yield read(line)
        except UNEXPECTED:
            continue


def read_vertices(answer: Any) -> list[str]:
    """Ids of the tasks of a job."""
    return [Shape.FLINK_ID.checked(one["id"]) for one in answer["vertices"]]


def read_tasks(answer: Any) -> list[str]:
    """Ids of the tasks that a checkpoint tells of."""
    return [Shape.FLINK_ID.checked(vertex) for vertex in answer["tasks"]]


def read_names(answer: Any) -> list[str]:
    """Names of metrics. Flink puts no comma into one; a very long one could not be asked for."""
    names = [str(metric["id"]) for metric in answer or []]
    return [name for name in names if "," not in name and len(name) <= NAME_LENGTH]


def read_entries(answer: Any) -> list[dict[str, Any]]:
    """Metrics with their values."""
    return [metric for metric in answer or [] if isinstance(metric, dict)]


def read_barriers(answer: Any) -> Barriers:
    """Of one task, which tells the longest over its subtasks."""
    summary = answer["summary"]
    return Barriers(
        alignment_ms=int(summary["alignment"]["duration"]["max"]),
        start_delay_ms=int(summary["start_delay"]["max"]),
    )


def longest(told: list[Barriers]) -> Barriers:
    """Each number by itself, over the tasks."""
    return Barriers(
        alignment_ms=max(one.alignment_ms for one in told), start_delay_ms=max(one.start_delay_ms for one in told)
    )


def number(metric: dict[str, Any], name: str) -> float:
    """NaN for what is no number."""
    try:
        return float(metric[name])
    except UNEXPECTED:
        return math.nan
