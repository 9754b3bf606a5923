"""Looks at what a fault does while it does it, from the waits of the run: known without the observer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.events import events
from flink_chaos.cluster.pods import pods
from flink_chaos.cluster.resources import CHAOS_RESULTS
from flink_chaos.kafka.lag import LagReader
from flink_chaos.litmus.engine import result_name
from flink_chaos.litmus.evidence import delays
from flink_chaos.model.base import Component, Copy
from flink_chaos.model.effect_facts import FaultHit, HitByOthers, JobSeen
from flink_chaos.model.facts import FaultStarted, PodsSeen, TargetsChosen
from flink_chaos.steps.aiming import candidates
from flink_chaos.steps.loading import grown
from flink_chaos.verdict.restarts import hurt_between

if TYPE_CHECKING:
    from flink_chaos.flink.jobmanager import JobManager
    from flink_chaos.model.effect_facts import JobMoment
    from flink_chaos.steps.run import Run

INJECTS = "ChaosInject"
"""Reason of the event that an experiment writes about its ChaosEngine before it injects (litmus-go, pkg/types)."""


def see_job(run: Run, copy: Copy, moment: JobMoment) -> JobSeen:
    """Journal what the copy's JobManager tells of its job; nothing if the last look told the same."""
    fact = _job(run, copy, moment)
    last = run.journal.last(JobSeen, copy_=copy)
    if last is None or fact.model_copy(update={"at": last.at}) != last:
        run.attempt.append(fact)
    return fact


def see_hit(run: Run) -> None:
    """Journal once that the fault took effect, and what was in flight at that moment.

    To be called after a look at the job: what that tells while every target is still there, the fault did not do.
    """
    if run.journal.last(FaultHit) is not None:
        return
    if what := _effect(run):
        journal_hit(run, what, announced=_is_announced(run))
    elif (what := _hurt(run)) and not _strikes_often(run) and not _is_announced(run):
        _blame_others(run, what)


def settle_hit(run: Run) -> None:
    """Once the fault has ended: an effect that was there before Litmus announced an injection is somebody else's.

    Litmus writes its event before it touches anything. Experiments that write none leave the question open.
    """
    hit = run.journal.last(FaultHit)
    if hit is not None and not hit.announced and _is_announced(run):
        _blame_others(run, f"{hit.what}, before Litmus announced its injection")


def _blame_others(run: Run, what: str) -> None:
    """Once: the first trouble explains the next."""
    if run.journal.last(HitByOthers) is None:
        run.attempt.append(HitByOthers(at=now(), clock="kubernetes", what=what))


def _hurt(run: Run) -> str:
    """What the last look at the chaos copy's job tells that was not so before the fault was asked for."""
    before = run.journal.last(JobSeen, copy_=Copy.CHAOS, moment="before the fault")
    look = run.journal.last(JobSeen, copy_=Copy.CHAOS, moment="in the fault")
    return hurt_between(before, look) if before and look else ""


def journal_hit(run: Run, what: str, *, announced: bool = True) -> None:
    """Journal that the fault took effect just now."""
    reader, topic = LagReader(run.kafka), run.plan.pipeline.topics.source
    lag = {copy: reader.read(run.plan.copies[copy].group, topic).total for copy in Copy}
    fact = FaultHit(
        at=now(),
        clock="kafka",
        what=what,
        announced=announced,
        written=grown(run),
        wanted=run.plan.records_to_write,
        lag=lag,
    )
    run.attempt.append(fact)


def _is_announced(run: Run) -> bool:
    """Whether Litmus has said that it injects: asked after the pods, as it says so before it takes any.

    Packets need no such word: nobody but the experiment counts them. Where events may not be read nobody is blamed.
    """
    if run.plan.fault.evidence == "packets_delayed":
        return True
    started = run.journal.last(FaultStarted)
    uid = started.uid if started else ""
    try:
        return any(event.reason == INJECTS and event.about == uid for event in events(run.cluster, run.namespace))
    except ClusterError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return True


def _strikes_often(run: Run) -> bool:
    """Whether Litmus chooses its pods itself: those of a share are not named, as the names would be gone."""
    return run.plan.fault.rounds(run.plan.fault_values) > 1


def _effect(run: Run) -> str:
    """What is seen of the effect, empty while there is none."""
    if run.plan.fault.evidence == "packets_delayed":
        found = delays(run.cluster.get(CHAOS_RESULTS, run.namespace, result_name(run.plan)))
        return next((f"packets of {one['pod']} are delayed" for one in found if one["packets"] > 0), "")
    alive = {pod.uid for pod in candidates(run) if not pod.deleting}
    gone = [name for uid, name in _at_risk(run).items() if uid not in alive]
    return f"pod {', '.join(gone)} is gone" if gone else ""


def _at_risk(run: Run) -> dict[str, str]:
    """UID and name of the pods that the fault may take: the targets, or all that were there if Litmus chooses."""
    chosen = run.journal.last(TargetsChosen)
    targets = {target.uid: target.pod for target in (chosen.targets if chosen else [])}
    seen = run.journal.all(PodsSeen) if _strikes_often(run) else []
    return targets | {uid: name for fact in seen[:1] for uid, name in fact.pods.items()}


def _job(run: Run, copy: Copy, moment: JobMoment) -> JobSeen:
    jobmanager, uids = run.jobmanager(copy), _jobmanagers(run, copy)
    job = jobmanager.job()
    seen = jobmanager.checkpoints(job.id) if job else None
    if job is None or seen is None:
        return JobSeen(at=now(), clock="flink", copy=copy, moment=moment, jobmanagers=uids)
    failure = max(jobmanager.failures(job.id), key=lambda one: one.failed_ms, default=None)
    return JobSeen(
        at=now(),
        clock="flink",
        copy=copy,
        moment=moment,
        job_id=job.id,
        state=job.state,
        tasks=sum(count for state, count in job.tasks.items() if state != "FINISHED"),
        tasks_running=job.tasks.get("RUNNING", 0),
        restarts=jobmanager.restarts(job.id),
        restored_id=seen.restored_id,
        failed_checkpoints=seen.failed,
        failure=f"{failure.name}: {failure.message}" if failure else "",
        jobmanagers=uids,
        failed_ms=failure.failed_ms if failure else 0,
        missing=_missing(run, copy, jobmanager) if moment == "before the fault" else [],
    )


def _missing(run: Run, copy: Copy, jobmanager: JobManager) -> list[str]:
    """TaskManagers with tasks whose pods are gone: heartbeats tell the JobManager much later.

    Only those that Flink itself names after their pods, as it does where it makes them.
    """
    deployment = run.plan.copies[copy].deployment
    alive = {pod.name for pod in pods(run.cluster, run.namespace, {"app": deployment}) if not pod.deleting}
    busy = {name for name, tasks in jobmanager.used_slots().items() if tasks}
    return sorted(name for name in busy - alive if name.startswith(f"{deployment}-taskmanager-"))


def _jobmanagers(run: Run, copy: Copy) -> list[str]:
    labels = {"app": run.plan.copies[copy].deployment, "component": Component.JOBMANAGER.value}
    return sorted(pod.uid for pod in pods(run.cluster, run.namespace, labels))
