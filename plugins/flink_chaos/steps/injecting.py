"""Breaks the chaos copy, once, and takes the evidence that it was felt."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from flink_chaos.cluster.pods import pods
from flink_chaos.cluster.resources import CHAOS_ENGINES
from flink_chaos.litmus.engine import engine_manifest
from flink_chaos.litmus.evidence import pod_replaced
from flink_chaos.litmus.progress import fault_progress
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, FaultEnded, FaultStarted, Target, TargetsChosen
from flink_chaos.steps.run import Progress, RunEndsError, now

if TYPE_CHECKING:
    from flink_chaos.cluster.pods import Pod
    from flink_chaos.steps.run import Run

STOP = {"spec": {"engineState": "stop"}}


def choose_targets(run: Run) -> list[Target]:
    """Resolve the pods right now and journal them. Raises RunEndsError when there is none to hit."""
    ready = [pod for pod in _candidates(run) if pod.ready and not pod.deleting]
    component = run.plan.request.component
    if not ready:
        message = f"no ready {component} pod of {run.plan.copies[Copy.CHAOS].deployment} to hit"
        run.attempt.append(Evidence(at=now(), clock="kubernetes", felt=False, message=message, replaced={}))
        raise RunEndsError(f"fault: {message}")
    chosen = random.Random(run.plan.request.seed).sample(sorted(ready, key=lambda pod: pod.name), 1)  # noqa: S311
    targets = [Target(pod=pod.name, uid=pod.uid, node=pod.node, component=component) for pod in chosen]
    run.attempt.append(TargetsChosen(at=now(), clock="kubernetes", targets=targets))
    return targets


def inject(run: Run, targets: list[Target] | None = None) -> None:
    """Create the ChaosEngine; a second call finds the first one's and creates nothing."""
    if run.journal.last(FaultStarted) is not None:
        return
    targets = choose_targets(run) if targets is None else targets
    engine = run.cluster.get(CHAOS_ENGINES, run.namespace, run.plan.engine)
    if engine is None:
        engine = run.cluster.create(CHAOS_ENGINES, run.namespace, engine_manifest(run.plan, targets, _label(run)))
    name, uid = engine["metadata"]["name"], engine["metadata"]["uid"]
    run.attempt.append(FaultStarted(at=now(), clock="kubernetes", engine=name, uid=uid))


def check_fault(run: Run) -> Progress:
    """Whether Litmus is done and the pods tell what happened; journals the evidence once."""
    progress = fault_progress(run.cluster, run.plan)
    if not progress.exists:
        raise RunEndsError(f"ChaosEngine {run.plan.engine} is gone: someone deleted it during the fault")
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
    """Compare the pods of now with the targets. Raises RunEndsError when the fault was not felt."""
    chosen = run.journal.last(TargetsChosen)
    felt, message, replaced = pod_replaced(chosen.targets if chosen else [], _candidates(run), ended)
    evidence = Evidence(at=now(), clock="kubernetes", felt=felt, message=message, replaced=replaced)
    run.attempt.append(evidence)
    if not felt:
        raise RunEndsError(f"the fault was not felt: {message}")
    return evidence


def fault_expired(run: Run, message: str) -> None:
    """The deadline passed: Litmus has none of its own. Stop the engine, then look at the pods."""
    stop_fault(run)
    ended = FaultEnded(at=now(), engine_status="", phase="", verdict="TimedOut", message=message)
    run.attempt.append(ended)
    take_evidence(run, ended)


def stop_fault(run: Run) -> None:
    """Ask Litmus to end and revert the fault; nothing to do when there is no engine."""
    if run.cluster.get(CHAOS_ENGINES, run.namespace, run.plan.engine) is not None:
        run.cluster.merge(CHAOS_ENGINES, run.namespace, run.plan.engine, STOP)


def _label(run: Run) -> str:
    return f"chaos={run.plan.copies[Copy.CHAOS].deployment}-{run.plan.request.component}"


def _candidates(run: Run) -> list[Pod]:
    return pods(run.cluster, run.namespace, _label(run))
