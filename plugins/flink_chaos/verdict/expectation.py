"""How the chaos copy came back, by the kind of fault: what its users expect beside the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Component, Copy
from flink_chaos.model.facts import RETURNED, CheckpointsSeen, Evidence, SavepointTaken, Unschedulable
from flink_chaos.model.fault import component_of
from flink_chaos.model.verdict import Line
from flink_chaos.verdict.restarts import unplanned_restart

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def expectation_lines(plan: RunPlan, journal: Journal) -> list[Line]:
    """Return the demands of the fault's kind with what was seen."""
    lines = EXPECTATIONS.get(plan.fault.evidence, _nothing)(plan, journal)
    return [*lines, *_room(journal)]


def _recovered_from_checkpoint(plan: RunPlan, journal: Journal) -> list[Line]:
    """After a killed pod Flink restores the last completed checkpoint; high availability keeps the job's id."""
    before, after = _seen(journal, "before the fault"), restored(journal)
    number = after.restored_id if after else None
    back = f"from checkpoint {number}" if number is not None else "from no checkpoint"
    known = before.latest_id if before else 0
    lines = [
        Line(
            name="restored",
            ok=(number is not None and number >= known) if after else None,
            demanded=f"from checkpoint {known} or later",
            seen=back if after else "not seen",
        )
    ]
    if plan.fault.aim == "pod" and component_of(plan.fault_values) is Component.JOBMANAGER:
        same = before.job_id == after.job_id if before and after else None
        seen = f"{before.job_id if before else '?'} -> {after.job_id if after else '?'}"
        lines.append(Line(name="same job", ok=same, demanded="the same job id", seen=seen))
    return lines


def _resumed_from_savepoint(plan: RunPlan, journal: Journal) -> list[Line]:
    """From exactly that savepoint; another upgrade mode has none."""
    taken, after = journal.last(SavepointTaken), _seen(journal, "after the fault")
    if plan.fault_values.get("upgrade_mode") != "savepoint":
        return []
    evidence = journal.last(Evidence)
    demanded = taken.path if taken else "a savepoint"
    if evidence and evidence.details.get(RETURNED) == "false":
        return [Line(name="restored", ok=False, demanded=demanded, seen=evidence.message)]
    ok = after.restored_path == demanded if taken and after else None
    seen = (after.restored_path or "from nothing") if after else "not seen"
    if ok is False and (why := unplanned_restart(plan, journal, Copy.CHAOS)):
        return [Line(name="restored", ok=None, demanded=demanded, seen=f"{seen}, and {why}")]
    return [Line(name="restored", ok=ok, demanded=demanded, seen=seen)]


def _checkpoints_felt_it(_plan: RunPlan, journal: Journal) -> list[Line]:
    """The job went on or recovered; how its checkpoints were is shown."""
    evidence = journal.last(Evidence)
    told = (evidence.details if evidence else {}).get("checkpoints", "not seen")
    return [Line(name="checkpoints", ok=True, demanded="may slow down or fail", seen=told)]


def _room(journal: Journal) -> list[Line]:
    found = journal.last(Unschedulable)
    if found is None:
        return []
    seen = f"{', '.join(found.pods)} found no node for {found.seconds:.0f} s: {found.message}"
    return [Line(name="capacity", ok=False, demanded="room for every pod elsewhere", seen=seen)]


def _nothing(_plan: RunPlan, _journal: Journal) -> list[Line]:
    return []


def _seen(journal: Journal, moment: str) -> CheckpointsSeen | None:
    return journal.last(CheckpointsSeen, copy_=Copy.CHAOS, moment=moment)


def restored(journal: Journal) -> CheckpointsSeen | None:
    """The newest look that knows of a restore: right after the fault the job may not be back yet."""
    looks = [_seen(journal, "drained"), _seen(journal, "after the fault")]
    found = [look for look in looks if look]
    return next((look for look in found if look.restored_id is not None), found[0] if found else None)


EXPECTATIONS: dict[str, Callable[[RunPlan, Journal], list[Line]]] = {
    "pods_replaced": _recovered_from_checkpoint,
    "node_drained": _recovered_from_checkpoint,
    "restored": _resumed_from_savepoint,
    "packets_delayed": _checkpoints_felt_it,
}
