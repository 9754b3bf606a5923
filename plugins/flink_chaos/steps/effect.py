"""Looks at what a fault does while it does it, from the waits of the run: known without the observer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.pods import pods
from flink_chaos.cluster.resources import CHAOS_RESULTS, NODES
from flink_chaos.kafka.lag import LagReader
from flink_chaos.litmus.engine import result_name
from flink_chaos.litmus.evidence import delays
from flink_chaos.model.base import Component, Copy
from flink_chaos.model.effect_facts import FaultHit, JobSeen
from flink_chaos.model.facts import TargetsChosen
from flink_chaos.steps.aiming import candidates
from flink_chaos.steps.loading import grown

if TYPE_CHECKING:
    from flink_chaos.model.effect_facts import JobMoment
    from flink_chaos.steps.run import Run


def see_job(run: Run, copy: Copy, moment: JobMoment) -> JobSeen:
    """Journal what the copy's JobManager tells of its job; nothing if the last look told the same."""
    fact = _job(run, copy, moment)
    last = run.journal.last(JobSeen, copy_=copy)
    if last is None or fact.model_copy(update={"at": last.at}) != last:
        run.attempt.append(fact)
    return fact


def see_hit(run: Run, *, acting: bool = False) -> None:
    """Journal once that the fault took effect, and what was in flight at that moment.

    :param acting: the fault has not ended; afterwards its traces may be gone.
    """
    if run.journal.last(FaultHit) is None and (what := _effect(run)):
        journal_hit(run, what, by_fault=not acting or _may_be_ours(run))


def journal_hit(run: Run, what: str, *, by_fault: bool = True) -> None:
    """Journal that the fault took effect just now."""
    reader, topic = LagReader(run.kafka), run.plan.pipeline.topics.source
    lag = {copy: reader.read(run.plan.copies[copy].group, topic).total for copy in Copy}
    fact = FaultHit(
        at=now(),
        clock="kafka",
        what=what,
        by_fault=by_fault,
        written=grown(run),
        wanted=run.plan.records_to_write,
        lag=lag,
    )
    run.attempt.append(fact)


def _may_be_ours(run: Run) -> bool:
    """A drain cordons its node before it takes any pod from it."""
    chosen = run.journal.last(TargetsChosen)
    if chosen is None or not chosen.node:
        return True
    node = run.cluster.get(NODES, None, chosen.node)
    return node is None or bool((node.get("spec") or {}).get("unschedulable"))


def _effect(run: Run) -> str:
    """What is seen of the effect, empty while there is none."""
    if run.plan.fault.evidence == "packets_delayed":
        found = delays(run.cluster.get(CHAOS_RESULTS, run.namespace, result_name(run.plan)))
        return next((f"packets of {one['pod']} are delayed" for one in found if one["packets"] > 0), "")
    chosen = run.journal.last(TargetsChosen)
    alive = {pod.uid for pod in candidates(run) if not pod.deleting}
    gone = [target.pod for target in (chosen.targets if chosen else []) if target.uid not in alive]
    return f"pod {', '.join(gone)} is gone" if gone else ""


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
    )


def _jobmanagers(run: Run, copy: Copy) -> list[str]:
    labels = {"app": run.plan.copies[copy].deployment, "component": Component.JOBMANAGER.value}
    return sorted(pod.uid for pod in pods(run.cluster, run.namespace, labels))
