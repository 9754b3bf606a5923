"""The steps of a recovery, each by the clock that knows it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.recovery import Mark
from flink_chaos.verdict.scene import lags, runs

if TYPE_CHECKING:
    from flink_chaos.model.observation import FailureSeen
    from flink_chaos.model.recovery import MarkName
    from flink_chaos.verdict.scene import Scene

WORKER, FLINK, KAFKA = "worker, once a second", "flink", "kafka, once a second"
AWAY = ("RESTARTING", "FAILING", "CREATED", "INITIALIZING", "RECONCILING", "SUSPENDED")
"""States of a job that Flink itself has begun to bring back or to take down."""


def marks(scene: Scene) -> list[Mark]:
    """Those that were seen, in the order in which a recovery has them; none of a fault that stopped nothing but one's
    checkpoints says when it restarted.
    """
    found = [_felt(scene), _detected(scene), _restarting(scene), _running(scene), _checkpointed(scene)]
    return [mark for mark in [*found, _caught_up(scene)] if mark is not None]


def _mark(scene: Scene, name: MarkName, at_ms: int, clock: str, seen: str) -> Mark:
    return Mark(name=name, at_ms=at_ms, seconds=(at_ms - scene.fault_ms) / 1000, clock=clock, seen=seen)


def _felt(scene: Scene) -> Mark | None:
    """Whichever comes first: a task that does not run, an exception, or a checkpoint that failed."""
    told = [_mark(scene, "felt", begin, WORKER, "not all tasks run") for begin, _ in scene.outages[:1]]
    told += [_mark(scene, "felt", one.failed_ms, FLINK, one.name) for one in _failures(scene)[:1]]
    ends = [c.ended_ms for c in scene.observation.checkpoints(Copy.CHAOS) if c.status == "FAILED"]
    told += [_mark(scene, "felt", at, FLINK, "a checkpoint failed") for at in ends if _within(scene, at)][:1]
    return min(told, key=lambda mark: mark.at_ms, default=None)


def _detected(scene: Scene) -> Mark | None:
    """Flink's own word: an exception in its history, or a job that is no more RUNNING."""
    told = [_mark(scene, "detected", one.failed_ms, FLINK, one.name) for one in _failures(scene)[:1]]
    away = [one for one in scene.during(scene.chaos) if one.job_state in AWAY]
    told += [_mark(scene, "detected", one.at_ms, WORKER, f"job {one.job_state}") for one in away[:1]]
    return min(told, key=lambda mark: mark.at_ms, default=None)


def _restarting(scene: Scene) -> Mark | None:
    """The last time that a JobManager was seen to deploy or to bring back tasks, from its first such look on."""
    begin, end = scene.outages[-1] if scene.outages else (None, None)
    looks = scene.during(scene.chaos, begin, end) if begin else []
    found = next((one for one in looks if one.job_state in (*AWAY, "RUNNING") and not runs(one)), None)
    return _mark(scene, "restarting", found.at_ms, WORKER, f"job {found.job_state}") if found else None


def _running(scene: Scene) -> Mark | None:
    end = scene.outages[-1][1] if scene.outages else None
    return _mark(scene, "running", end, WORKER, "all tasks run") if end else None


def _checkpointed(scene: Scene) -> Mark | None:
    """The first checkpoint that began after the last outage; without one, after the first that failed."""
    ends = [end for _, end in scene.outages]
    felt = _felt(scene)
    since = ends[-1] if ends else (felt.at_ms if felt else None)
    if since is None:
        return None
    done = [c for c in scene.observation.checkpoints(Copy.CHAOS) if c.status == "COMPLETED" and c.trigger_ms >= since]
    first = min(done, key=lambda c: c.ended_ms, default=None)
    if first is None:
        return None
    return _mark(scene, "checkpointed", first.ended_ms, FLINK, f"checkpoint {first.id}")


def _caught_up(scene: Scene) -> Mark | None:
    """The first look at a lag in the control's band after the last one above it; it counts only once all tasks run.

    A copy that felt the fault and was never behind had caught up all the time.
    """
    looks = lags(scene.during(scene.chaos))
    above = [at for at, lag in looks if lag > scene.band]
    since = max([*above, *(end or scene.end_ms for _, end in scene.outages)], default=None)
    if since is None and _felt(scene):
        since = scene.fault_ms
    found = next(((at, lag) for at, lag in looks if since is not None and at >= since and lag <= scene.band), None)
    return _mark(scene, "caught up", found[0], KAFKA, f"lag {found[1]:,} of {scene.band:,}") if found else None


def _failures(scene: Scene) -> list[FailureSeen]:
    return [one for one in scene.observation.failures(Copy.CHAOS) if _within(scene, one.failed_ms)]


def _within(scene: Scene, at_ms: int) -> bool:
    return scene.fault_ms <= at_ms <= scene.end_ms
