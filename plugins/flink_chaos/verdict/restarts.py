"""Restarts of a job: whether there was one between two looks, and those that nobody had planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import JobSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.effect_facts import JobMoment
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def since_the_fault(journal: Journal) -> list[JobSeen]:
    """Looks at the chaos copy's job since the fault was asked for, oldest first."""
    later = ("in the fault", "after the fault", "drained")
    return [look for look in journal.all(JobSeen) if look.copy_ is Copy.CHAOS and look.moment in later]


def restart_between(before: JobSeen, after: JobSeen) -> str:
    """What tells that the job was started again between the two, in words; empty if nothing does."""
    if before.jobmanagers and after.jobmanagers and set(before.jobmanagers).isdisjoint(after.jobmanagers):
        return "its JobManager's pod was replaced"
    if not before.job_id or not after.job_id:
        return ""
    if after.job_id != before.job_id:
        return f"job {after.job_id} came in place of {before.job_id}"
    if after.restored_id not in (None, before.restored_id):
        return f"it was restored from checkpoint {after.restored_id}"
    if (after.restarts or 0) > (before.restarts or 0):
        return f"it was restarted, {after.restarts} times in all"
    return ""


def hurt_between(before: JobSeen, after: JobSeen) -> str:
    """What tells that the job does not run as it did, in words; empty if it does, or does not answer."""
    if before.jobmanagers and not after.jobmanagers:
        return "its JobManager has no pod"
    runs = after.runs or not after.job_id
    return restart_between(before, after) or ("" if runs else after.told)


def broke_down(journal: Journal) -> bool:
    """Whether the chaos copy's job left RUNNING, was restarted or threw since the fault was asked for.

    Where nobody looked before or after it, it may have.
    """
    before = journal.last(JobSeen, copy_=Copy.CHAOS, moment="before the fault")
    looks = since_the_fault(journal)
    if before is None or not before.job_id or not any(look.job_id for look in looks):
        return True
    return any(hurt_between(before, look) or look.failed_ms > before.failed_ms for look in looks)


def unplanned_restart(plan: RunPlan, journal: Journal, copy: Copy) -> str:
    """A restart of the copy that the run did not plan, with Flink's word for its cause; empty if there was none."""
    pairs = [*_undisturbed(plan, journal, copy)]
    told, after = next(((told, after) for before, after in pairs if (told := _restarted(before, after))), ("", None))
    cause = f"; because: {after.failure}" if after and after.failure else ""
    return f"the {copy} copy's job was started again although nothing was done to it: {told}{cause}" if told else ""


def went_on(journal: Journal, copy: Copy) -> bool:
    """Whether two looks show that the copy's job was not started again between steady state and end."""
    before, after = (journal.last(JobSeen, copy_=copy, moment=moment) for moment in ("steady", "drained"))
    if before is None or after is None or not (before.job_id and after.job_id):
        return False
    return not _restarted(before, after)


def _restarted(before: JobSeen, after: JobSeen) -> str:
    """The same with what came before the first look: a job that a run starts, or lets resume, was never restarted."""
    if before.moment == "steady" and before.restored_id is not None:
        return f"it was restored from checkpoint {before.restored_id} before its steady state"
    if before.moment in ("steady", "after the fault") and before.restarts:
        when = "its steady state" if before.moment == "steady" else "it was seen to be back"
        return f"it was restarted before {when}, {before.restarts} times"
    return restart_between(before, after)


def restart_notes(plan: RunPlan, journal: Journal) -> list[str]:
    """One line for each copy that was started again by itself."""
    return [told for copy in Copy if (told := unplanned_restart(plan, journal, copy))]


def _undisturbed(plan: RunPlan, journal: Journal, copy: Copy) -> Iterator[tuple[JobSeen, JobSeen]]:
    """Looks at the copy between which the run did nothing to it; none where a fault may restart it at any time."""
    if copy is Copy.STABLE or plan.fault.action == "none":
        yield from _pairs(journal, copy, "steady", "drained")
    elif plan.fault.action == "savepoint":
        yield from _pairs(journal, copy, "steady", "before the fault")
        yield from _pairs(journal, copy, "before the fault", "in the fault")
        yield from _pairs(journal, copy, "after the fault", "drained")


def _pairs(journal: Journal, copy: Copy, first: JobMoment, then: JobMoment) -> Iterator[tuple[JobSeen, JobSeen]]:
    before = journal.last(JobSeen, copy_=copy, moment=first)
    looks = (look for look in journal.all(JobSeen) if look.copy_ is copy and look.moment == then)
    yield from ((before, look) for look in looks if before)
