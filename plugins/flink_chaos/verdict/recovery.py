"""How the chaos copy came back, from the observer's samples and each system's own clock."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, FaultStarted, Observed, Steady
from flink_chaos.model.observation import is_jobmanager, longest_gap
from flink_chaos.model.recovery import CheckpointSpan, Recovery
from flink_chaos.verdict.expectation import restored
from flink_chaos.verdict.lag_debt import lag_debt
from flink_chaos.verdict.marks import marks
from flink_chaos.verdict.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.facts import Checkpoint
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.observation import Observation, Sample
    from flink_chaos.model.plan import RunPlan

BEFORE, DURING, AFTER = "before the fault", "in the fault", "after the fault"


def recovery(plan: RunPlan, journal: Journal, observation: Observation) -> Recovery | None:
    """None where the observer did not end: what it wrote later was not known to the verdict.

    A run without a fault has nothing to recover from, and the same numbers from its steady state on: the noise floor.
    """
    disturbed = journal.last(FaultStarted) is not None
    calm = journal.last(Steady, ok=True) is not None and journal.last(Drained, copy_=Copy.CHAOS) is not None
    if journal.last(Observed) is None or not (disturbed or calm):
        return None
    scene = Scene(journal, observation)
    found = marks(scene) if disturbed else []
    times = {mark.name: mark.at_ms for mark in found}
    back = restored(journal) if disturbed else None
    checkpoint = _checkpoint(scene, back.restored_id if back else None)
    felt_ms = times.get("felt", scene.fault_ms)
    return Recovery(
        fault_ms=scene.fault_ms,
        undisturbed=not disturbed,
        fault_ended_ms=scene.fault_ended_ms,
        clock=scene.fault[1],
        marks=found,
        resolution_seconds=scene.resolution_seconds,
        lag_resolution_seconds=scene.lag_resolution_seconds,
        skew_seconds=_skew(observation),
        restored_id=back.restored_id if back else None,
        restored_age_seconds=(felt_ms - checkpoint.ended_ms) / 1000 if checkpoint else None,
        replayed=_loaded_between(scene, checkpoint.trigger_ms, felt_ms) if checkpoint else None,
        unavailable_seconds=sum(((end or scene.end_ms) - begin) / 1000 for begin, end in scene.outages),
        restarts=_restarts(scene),
        output_stall_seconds=_stall(scene.during(scene.chaos)),
        output_stall_control_seconds=_stall(scene.during(scene.stable)),
        lag=lag_debt(scene, times.get("caught up")),
        checkpoints=_spans(scene, times.get("checkpointed"), 1000 * plan.request.checkpoint_interval_seconds),
    )


def _skew(observation: Observation) -> float | None:
    off = [max(0, abs(one.ahead_ms) - one.within_ms) / 1000 for one in observation.clocks]
    return max(off, default=None)


def _checkpoint(scene: Scene, number: int | None) -> Checkpoint | None:
    found = [one for one in scene.observation.checkpoints(Copy.CHAOS) if one.id == number]
    return found[-1] if found else None


def _loaded_between(scene: Scene, begin: int, end: int) -> int | None:
    """What came into the source, in a straight line between two looks; a copy that keeps up has read as much."""
    looks = [(s.at_ms, s.loaded) for s in scene.chaos if s.loaded is not None]
    first, last = _at(looks, begin), _at(looks, end)
    return round(last - first) if first is not None and last is not None else None


def _at(looks: Sequence[tuple[int, int]], at_ms: int) -> float | None:
    for (before, old), (after, new) in pairwise(looks):
        if before <= at_ms <= after and before < after:
            return old + (new - old) * (at_ms - before) / (after - before)
    return None


def _restarts(scene: Scene) -> int | None:
    """Each JobManager counts from 0 again; one that came in place of another is a restart too."""
    known = [(s.job_id, s.restarts) for s in scene.during(scene.chaos) if s.restarts is not None]
    counted = sum(max(0, after - before) for (_, before), (_, after) in pairwise(known))
    return counted + len(_jobmanagers(scene)) - 1 if known else None


def _jobmanagers(scene: Scene) -> set[str]:
    """UIDs of the JobManagers seen since the fault, with the one that it met."""
    seen = scene.observation.pods(Copy.CHAOS)
    met = [one for one in seen if one.at_ms < scene.fault_ms][-1:]
    later = [one for one in seen if scene.fault_ms <= one.at_ms <= scene.end_ms]
    pods = [(uid, pod.name) for one in [*met, *later] for uid, pod in one.pods.items()]
    return {uid for uid, name in pods if is_jobmanager(name)} or {""}


def _stall(samples: Sequence[Sample]) -> float | None:
    """Longest time without a new record before the sink's last stable offset, while there was something to write."""
    known = [(s.at_ms, s.visible) for s in samples if s.visible is not None]
    if not known:
        return None
    moved = [known[0][0], *(after for (_, old), (after, new) in pairwise(known) if new > old)]
    unpaid = [known[-1][0]] if samples[-1].committed_lag else []
    return longest_gap([*moved, *unpaid])


def _spans(scene: Scene, checkpointed_ms: int | None, planned_ms: int) -> list[CheckpointSpan]:
    end = max(scene.fault_ended_ms or 0, checkpointed_ms or 0) or scene.end_ms
    phases = {BEFORE: (0, scene.fault_ms), DURING: (scene.fault_ms, end), AFTER: (end, scene.end_ms)}
    found = [one for one in scene.observation.checkpoints(Copy.CHAOS) if not one.is_savepoint]
    return [
        _span(name, [c for c in found if begin <= c.trigger_ms < until], planned_ms)
        for name, (begin, until) in phases.items()
    ]


def _span(phase: str, found: Sequence[Checkpoint], planned_ms: int) -> CheckpointSpan:
    done = [one for one in found if one.status == "COMPLETED"]
    failed = [one for one in found if one.status == "FAILED"]
    sizes = [one.size_bytes for one in done if one.size_bytes is not None]
    intervals = [after.trigger_ms - before.trigger_ms for before, after in pairwise(found)]
    interval = median(intervals) if intervals else None
    return CheckpointSpan(
        phase=phase,
        completed=len(done),
        failed=len(failed),
        median_ms=median(one.duration_ms for one in done) if done else None,
        longest_ms=max((one.duration_ms for one in found), default=None),
        median_bytes=median(sizes) if sizes else None,
        longest_alignment_ms=max((one.alignment_ms for one in done if one.alignment_ms is not None), default=None),
        interval_ms=interval,
        drift_ms=interval - planned_ms if interval is not None else None,
        failures=sorted({one.failure for one in failed}),
    )
