"""Whether the fault hit something that mattered: records in flight, tasks at work, and a job that noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Component, Copy
from flink_chaos.model.effect_facts import FaultHit, HitByOthers, JobSeen
from flink_chaos.model.facts import CheckpointsSeen, Evidence, TargetsChosen
from flink_chaos.model.fault import component_of
from flink_chaos.verdict.restarts import restart_between, since_the_fault
from flink_chaos.verdict.scene import highest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def effect_doubts(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Why a fault that Litmus, or the drill, says was made may have tested nothing."""
    evidence = journal.last(Evidence)
    if plan.fault.action == "none" or evidence is None or not evidence.felt:
        return
    yield from _not_whole(journal)
    yield from _nothing_in_flight(journal)
    if plan.fault.action == "savepoint":
        yield from _twice_back(journal)
    if plan.fault.action == "litmus":
        yield from _idle_targets(journal)
        yield from _unnoticed(plan, journal)
        yield from _foreign(plan, journal)


def noticed(plan: RunPlan, journal: Journal) -> str:
    """How the job of the chaos copy noticed the fault, in words; empty if nothing tells that it did."""
    before, looks = journal.last(JobSeen, copy_=Copy.CHAOS, moment="before the fault"), since_the_fault(journal)
    told = [word for look in looks if before and before.job_id and (word := _change(plan, before, look))]
    return next(iter([*told, *_checkpoints(plan, journal)]), "")


def _not_whole(journal: Journal) -> Iterator[str]:
    """A copy that was broken before the fault broke it: what it did afterwards may be the answer to that."""
    others = journal.last(HitByOthers)
    if others is not None:
        yield f"somebody else hit the chaos copy before the fault did: {others.what}"
    before = journal.last(JobSeen, copy_=Copy.CHAOS, moment="before the fault")
    if before is None:
        return
    if not before.job_id:
        yield "nobody told whether the chaos copy ran when the fault was asked for"
    elif before.missing:
        yield f"{', '.join(before.missing)} was gone before the fault was asked for: somebody else hit the chaos copy"
    elif not before.runs:
        yield f"the chaos copy did not run when the fault was asked for: {before.told}"


def _nothing_in_flight(journal: Journal) -> Iterator[str]:
    hit = journal.last(FaultHit)
    if hit is None:
        yield "nobody saw when the fault took effect, so it is not known whether anything was in flight"
        return
    lag, usual = hit.lag.get(Copy.CHAOS, 0), hit.lag.get(Copy.STABLE, 0)
    if hit.written >= hit.wanted and lag <= highest([(0, usual)]):
        yield (
            f"nothing was in flight when the fault took effect ({hit.what}): all {hit.wanted:,} records had been "
            f"loaded, lag {lag:,}, stable {usual:,}; load more records, or strike earlier"
        )


def _idle_targets(journal: Journal) -> Iterator[str]:
    chosen = journal.last(TargetsChosen)
    targets = chosen.targets if chosen else []
    if targets and all(target.tasks == 0 for target in targets):
        yield f"the fault hit no task: {', '.join(target.pod for target in targets)} ran none when it was chosen"


def _unnoticed(plan: RunPlan, journal: Journal) -> Iterator[str]:
    if not noticed(plan, journal):
        yield (
            "the job did not notice the fault: no task left RUNNING, nothing was restarted, "
            "no checkpoint failed or took longer"
        )


def _foreign(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Who kills TaskManagers takes no JobManager: if one went as well, what the job noticed may not be the fault."""
    before = journal.last(JobSeen, copy_=Copy.CHAOS, moment="before the fault")
    if before is None or not before.jobmanagers or _takes_the_jobmanager(plan):
        return
    known = set(before.jobmanagers)
    if any(look.jobmanagers and known.isdisjoint(look.jobmanagers) for look in since_the_fault(journal)):
        yield "the JobManager's pod was replaced too, which this fault does not do: somebody else hit the chaos copy"


def _twice_back(journal: Journal) -> Iterator[str]:
    """A JobManager that crashes keeps its pod: one that got another pod while it came back was taken by somebody."""
    looks = [look for look in journal.all(JobSeen) if look.copy_ is Copy.CHAOS]
    old = {uid for look in looks if look.moment in ("before the fault", "in the fault") for uid in look.jobmanagers}
    back = [set(look.jobmanagers) - old for look in looks if look.moment in ("resuming", "after the fault")]
    fresh = [uids for uids in back if uids]
    if any(fresh[0].isdisjoint(later) for later in fresh):
        yield "the JobManager's pod was replaced while the chaos copy came back: somebody else hit it"


def _change(plan: RunPlan, before: JobSeen, look: JobSeen) -> str:
    """What is different from before the fault, in words."""
    if not look.job_id:
        return "the JobManager did not answer" if _takes_the_jobmanager(plan) else ""
    restarted = restart_between(before, look)
    if restarted or not look.runs:
        return restarted or look.told
    if look.failed_ms > before.failed_ms:
        return look.failure
    return "a checkpoint failed" if look.failed_checkpoints > before.failed_checkpoints else ""


def _takes_the_jobmanager(plan: RunPlan) -> bool:
    return plan.fault.aim == "node" or component_of(plan.fault_values) is Component.JOBMANAGER


def _checkpoints(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Checkpoints that failed since, or that took longer by as much as the fault makes them."""
    before = journal.last(CheckpointsSeen, copy_=Copy.CHAOS, moment="before the fault")
    after = journal.last(CheckpointsSeen, copy_=Copy.CHAOS, moment="after the fault")
    known = before.latest_id if before else None
    if known is not None and after:
        failed = [one for one in after.history if one.id > known and one.status == "FAILED"]
        yield from (f"checkpoint {one.id} failed" for one in failed)
    evidence = journal.last(Evidence)
    if plan.fault.evidence == "packets_delayed" and evidence and evidence.details.get("checkpoints-felt") == "true":
        yield evidence.details.get("checkpoints", "checkpoints felt it")
