"""Restarts of a job: whether there was one between two looks, and those that nobody had planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import JobSeen

if TYPE_CHECKING:
    from flink_chaos.model.effect_facts import JobMoment
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def restart_between(before: JobSeen, after: JobSeen) -> str:
    """What tells that the job was started again between the two, in words; empty if nothing does."""
    if not before.job_id or not after.job_id:
        return ""
    if after.job_id != before.job_id:
        return f"job {after.job_id} came in place of {before.job_id}"
    if after.restored_id not in (None, before.restored_id):
        return f"it was restored from checkpoint {after.restored_id}"
    if (after.restarts or 0) > (before.restarts or 0):
        return f"it was restarted, {after.restarts} times in all"
    return ""


def unplanned_restart(plan: RunPlan, journal: Journal, copy: Copy) -> str:
    """A restart of the copy that the run did not plan, with Flink's word for its cause; empty if there was none."""
    since = _undisturbed_since(plan, copy)
    before = journal.last(JobSeen, copy_=copy, moment=since) if since else None
    after = journal.last(JobSeen, copy_=copy, moment="drained")
    told = _restarted(before, after, from_start=since == "steady") if before and after else ""
    cause = f"; because: {after.failure}" if told and after and after.failure else ""
    return f"the {copy} copy's job was started again although nothing was done to it: {told}{cause}" if told else ""


def went_on(journal: Journal, copy: Copy) -> bool:
    """Whether two looks show that the copy's job was not started again between steady state and end."""
    before, after = (journal.last(JobSeen, copy_=copy, moment=moment) for moment in ("steady", "drained"))
    if before is None or after is None or not (before.job_id and after.job_id):
        return False
    return not _restarted(before, after, from_start=True)


def _restarted(before: JobSeen, after: JobSeen, *, from_start: bool) -> str:
    """The same with what came before the first look: a job that a run starts has restored nothing yet."""
    if from_start and before.restored_id is not None:
        return f"it was restored from checkpoint {before.restored_id} before its steady state"
    if from_start and before.restarts:
        return f"it was restarted before its steady state, {before.restarts} times"
    return restart_between(before, after)


def restart_notes(plan: RunPlan, journal: Journal) -> list[str]:
    """One line for each copy that was started again by itself."""
    return [told for copy in Copy if (told := unplanned_restart(plan, journal, copy))]


def _undisturbed_since(plan: RunPlan, copy: Copy) -> JobMoment | None:
    """The moment after which nothing was done to the copy; None where a fault may restart it at any time."""
    if copy is Copy.STABLE or plan.fault.action == "none":
        return "steady"
    return "after the fault" if plan.fault.action == "savepoint" else None
