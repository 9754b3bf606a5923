"""Breaks the chaos copy with Litmus, once, and takes the evidence that it was felt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.resources import CHAOS_ENGINES, CHAOS_RESULTS, NODES
from flink_chaos.kafka.patience import patiently
from flink_chaos.litmus.engine import Aim, engine_manifest, result_name
from flink_chaos.litmus.evidence import EVIDENCE, Scene
from flink_chaos.litmus.progress import fault_progress
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, FaultEnded, FaultStarted, PodsSeen, TargetsChosen
from flink_chaos.steps.aiming import candidates, take_aim
from flink_chaos.steps.effect import see_hit, see_job, settle_hit
from flink_chaos.steps.locking import note_node
from flink_chaos.steps.observing import see_before_fault, see_checkpoints
from flink_chaos.steps.room import check_room
from flink_chaos.steps.run import Progress, RunEndsError
from flink_chaos.steps.steadying import require_load

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

STOP = {"spec": {"engineState": "stop"}}


def inject(run: Run, aim: Aim | None = None) -> None:
    """Create the ChaosEngine; a second call finds the first one's and creates nothing."""
    if run.journal.last(FaultStarted) is not None:
        return
    engine = run.cluster.get(CHAOS_ENGINES, run.namespace, run.plan.engine) or _created(run, aim)
    name, uid = engine["metadata"]["name"], engine["metadata"]["uid"]
    run.attempt.append(FaultStarted(at=now(), clock="kubernetes", engine=name, uid=uid))


def _created(run: Run, aim: Aim | None) -> dict[str, Any]:
    patiently(partial(require_load, run))
    see_before_fault(run)
    aim = take_aim(run) if aim is None else aim
    _see_pods(run)
    note_node(run, aim.node)
    return run.cluster.create(CHAOS_ENGINES, run.namespace, engine_manifest(run.plan, aim))


def check_fault(run: Run) -> Progress:
    """Whether Litmus is done and the pods tell what happened; journals the evidence once."""
    see_job(run, Copy.CHAOS, "in the fault")
    _see_pods(run)
    progress = fault_progress(run.cluster, run.plan)
    see_hit(run)
    if not progress.exists:
        raise RunEndsError(f"ChaosEngine {run.plan.engine} is gone: someone deleted it during the fault")
    if not progress.ended and check_room(run):
        stop_fault(run)
        return Progress(done=False, message="no room for the chaos copy: the fault is ended")
    if not progress.ended:
        told = f"engine {progress.engine_status or 'not seen by Litmus yet'}, {progress.phase or 'no result yet'}"
        return Progress(done=False, message=told)
    ended = FaultEnded(
        at=now(),
        clock="litmus",
        engine_status=progress.engine_status,
        phase=progress.phase,
        verdict=progress.verdict,
        message=progress.message,
    )
    run.attempt.append(ended)
    return Progress(done=True, message=take_evidence(run, ended).message)


def take_evidence(run: Run, ended: FaultEnded) -> Evidence:
    """Look at the cluster of now. Raises RunEndsError when the fault was not felt."""
    see_checkpoints(run, Copy.CHAOS, "after the fault")
    see_job(run, Copy.CHAOS, "after the fault")
    see_hit(run)
    settle_hit(run)
    felt, message, details = EVIDENCE[run.plan.fault.evidence](_scene(run, ended))
    evidence = Evidence(at=now(), clock="kubernetes", felt=felt, message=message, details=details)
    run.attempt.append(evidence)
    if details.get("uncordoned") == "true":
        note_node(run, "")
    if not felt:
        raise RunEndsError(f"the fault was not felt: {message}")
    return evidence


def fault_expired(run: Run, message: str) -> None:
    """The deadline passed: Litmus has none of its own. Stop the engine, then look at the pods."""
    stop_fault(run)
    ended = FaultEnded(at=now(), engine_status="", phase="", verdict="TimedOut", message=message)
    run.attempt.append(ended)
    patiently(partial(take_evidence, run, ended))


def stop_fault(run: Run) -> None:
    """Ask Litmus to end and revert the fault; nothing to do when there is no engine."""
    if run.cluster.get(CHAOS_ENGINES, run.namespace, run.plan.engine) is not None:
        run.cluster.merge(CHAOS_ENGINES, run.namespace, run.plan.engine, STOP)


def _chosen_node(run: Run) -> dict[str, Any] | None:
    """The node that the run has drained as it is now, None if it drained none."""
    chosen = run.journal.last(TargetsChosen)
    return run.cluster.get(NODES, None, chosen.node) if chosen and chosen.node else None


def _see_pods(run: Run) -> None:
    """Journal the pods under attack whenever they changed: repeated kills are counted by them."""
    seen = {pod.uid: pod.name for pod in candidates(run)} if run.plan.fault.aim != "none" else {}
    last = run.journal.last(PodsSeen)
    if last is None or set(last.pods) != set(seen):
        run.attempt.append(PodsSeen(at=now(), clock="kubernetes", pods=seen))


def _scene(run: Run, ended: FaultEnded) -> Scene:
    return Scene(
        plan=run.plan,
        journal=run.journal,
        ended=ended,
        pods=candidates(run),
        node=_chosen_node(run),
        result=run.cluster.get(CHAOS_RESULTS, run.namespace, result_name(run.plan)),
    )
