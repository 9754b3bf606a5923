"""What to do with a ChaosEngine, and what its status says: decisions without any call to a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Object = dict[str, Any]


class EngineStatus(StrEnum):
    """`status.engineStatus`."""

    NEW = ""
    INITIALIZED = "initialized"
    COMPLETED = "completed"
    STOPPED = "stopped"


class ExperimentStatus(StrEnum):
    """`status.experiments[].status`."""

    WAITING = "Waiting for Job Creation"
    RUNNING = "Running"
    COMPLETED = "Completed"
    SKIPPED = "Skipped"
    NOT_FOUND = "ChaosExperiment Not Found"
    ABORTED = "Forcefully Aborted"


class Action(Enum):
    """What the operator does next with an engine."""

    NOTHING = auto()
    INITIALIZE = auto()
    RUN = auto()
    ABORT = auto()
    RESTART = auto()


UNFINISHED = (ExperimentStatus.WAITING, ExperimentStatus.RUNNING)
_STOP = {EngineStatus.INITIALIZED: Action.ABORT}
_ACTIVE = {
    EngineStatus.NEW: Action.INITIALIZE,
    EngineStatus.INITIALIZED: Action.RUN,
    EngineStatus.COMPLETED: Action.RESTART,
    EngineStatus.STOPPED: Action.RESTART,
}


def decide(engine: Mapping[str, Any]) -> Action:
    """The state machine over `spec.engineState` and `status.engineStatus`; an empty state counts as active."""
    status = EngineStatus(engine.get("status", {}).get("engineStatus", ""))
    stop = engine["spec"].get("engineState") == "stop"
    return _STOP.get(status, Action.NOTHING) if stop else _ACTIVE[status]


@dataclass(frozen=True)
class Outcome:
    """How an experiment's pod stands, for the engine's status."""

    status: ExperimentStatus
    verdict: str


def outcome(
    job: Object, pods: Sequence[Object], result: Object | None, pending_seconds: float, limit: float
) -> Outcome:
    """State of one experiment. A Pending pod is given `limit` seconds; a failed pod is never waited for again."""
    phases = {pod["status"].get("phase", "Pending") for pod in pods}
    if job.get("status", {}).get("succeeded"):
        return Outcome(ExperimentStatus.COMPLETED, _verdict(result))
    if "Failed" in phases or len(pods) > 1:
        return Outcome(ExperimentStatus.SKIPPED, "Fail")
    if "Running" not in phases and "Succeeded" not in phases and pending_seconds > limit:
        return Outcome(ExperimentStatus.SKIPPED, "Fail")
    return Outcome(ExperimentStatus.RUNNING, "Awaited")


def _verdict(result: Object | None) -> str:
    return str((result or {}).get("status", {}).get("experimentStatus", {}).get("verdict", "Awaited"))


def waiting_entries(engine: Mapping[str, Any], now: str) -> list[Object]:
    """`status.experiments` of a run that starts."""
    runner = f"{engine['metadata']['name']}-runner"
    common = {"runner": runner, "experimentPod": "Yet to be launched", "lastUpdateTime": now}
    entry = common | {"status": ExperimentStatus.WAITING.value, "verdict": "N/A"}
    return [entry | {"name": experiment["name"]} for experiment in engine["spec"]["experiments"]]


def aborted_entries(entries: Sequence[Object], now: str) -> list[Object]:
    """`status.experiments` after an abort: what had not finished was stopped."""
    stopped = {"status": ExperimentStatus.ABORTED.value, "verdict": "Stopped", "lastUpdateTime": now}
    return [entry | stopped if entry["status"] in UNFINISHED else entry for entry in entries]


def current(entries: Sequence[Object]) -> int | None:
    """Index of the experiment whose turn it is; None when all have ended."""
    return next((index for index, entry in enumerate(entries) if entry["status"] in UNFINISHED), None)
