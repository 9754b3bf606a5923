"""What the contract demands of the chaos copy, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.facts import Counts, Drained, RecordProof, Stopped
from flink_chaos.model.verdict import Line
from flink_chaos.verdict.bounds import bound_lines
from flink_chaos.verdict.expectation import expectation_lines
from flink_chaos.verdict.hanging import hanging_lines
from flink_chaos.verdict.restarts import unplanned_restart
from flink_chaos.verdict.transactions import too_short

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery


def contract_lines(plan: RunPlan, journal: Journal, recovery: Recovery | None = None) -> list[Line]:
    """Return every demand with what was seen; without a fact it is neither met nor broken."""
    return [
        *_recovered(plan, journal),
        *_delivered(plan, journal, too_short(plan, journal, recovery)),
        *hanging_lines(plan, journal),
        *expectation_lines(plan, journal),
        *bound_lines(plan, journal, recovery),
    ]


def _recovered(plan: RunPlan, journal: Journal) -> list[Line]:
    drained = journal.last(Drained, copy_=Copy.CHAOS)
    stopped = journal.last(Stopped, copy_=Copy.CHAOS)
    return [
        Line(
            name="caught up",
            ok=drained.ok if drained else None,
            demanded=f"everything read and a later checkpoint within {plan.deadlines.drain} s after the last record",
            seen=drained.message if drained else "not seen",
        ),
        Line(
            name="stopped",
            ok=stopped.ok if stopped else None,
            demanded="stops with a new savepoint",
            seen=stopped.message if stopped else "not seen",
        ),
    ]


def _delivered(plan: RunPlan, journal: Journal, why_lost: str) -> list[Line]:
    counts = journal.last(Counts, copy_=Copy.CHAOS)
    duplicates_allowed = plan.request.demanded is Guarantee.AT_LEAST_ONCE and not _is_orderly(plan, journal)
    replayed = _replayed(plan, journal)
    if counts is None:
        return [Line(name="delivered", ok=None, demanded="every record counted", seen="not counted")]
    return [
        Line(
            name="no loss",
            ok=counts.lost == 0,
            demanded="0 lost",
            seen=f"{counts.ids:,} of {counts.expected:,} ids, {counts.lost:,} lost"
            + (f"; {why_lost}" if why_lost else ""),
        ),
        Line(
            name="no duplicates",
            ok=duplicates_allowed or counts.duplicated == 0,
            demanded="any number (AT_LEAST_ONCE)" if duplicates_allowed else "0 duplicated",
            seen=f"{counts.duplicated:,} ids duplicated, {counts.surplus:,} surplus records",
        ),
        Line(
            name="nothing extra",
            ok=counts.extra == replayed,
            demanded=f"{replayed:,} extra" + (", as the stable copy" if replayed else ""),
            seen=f"{counts.extra:,} extra",
        ),
        *_unchanged(counts, duplicates_allowed=duplicates_allowed),
        *_in_order(plan, journal),
    ]


def _unchanged(counts: Counts, *, duplicates_allowed: bool) -> list[Line]:
    """In an aggregate a record that is counted twice is a duplicate, and one that is not counted is a loss."""
    if counts.changed is None:
        return []
    seen = f"{counts.changed:,} ids with another value"
    if counts.undercounted is not None:
        seen += f", {counts.undercounted:,} of them count less"
    if duplicates_allowed and counts.undercounted is not None:
        demanded, broken = "0 that count less (AT_LEAST_ONCE)", counts.undercounted
    else:
        demanded, broken = "0 changed", counts.changed
    return [Line(name="nothing changed", ok=broken == 0, demanded=demanded, seen=seen)]


def _in_order(plan: RunPlan, journal: Journal) -> list[Line]:
    """Of first deliveries, under either guarantee: what is replayed comes again, and is a duplicate."""
    if not plan.pipeline.output.order:
        return []
    proof = journal.last(RecordProof, copy_=Copy.CHAOS)
    found = proof.deliveries.reordered if proof else None
    if found is None:
        return [Line(name="order kept", ok=None, demanded="0 reordered", seen="not proved")]
    seen = f"{found:,} ids came after one of their {plan.pipeline.output.order} that was loaded later"
    return [Line(name="order kept", ok=found == 0, demanded="0 reordered", seen=seen)]


def _is_orderly(plan: RunPlan, journal: Journal) -> bool:
    """Nothing was broken, by the run or by others: no failure excuses a duplicate."""
    if unplanned_restart(plan, journal, Copy.CHAOS):
        return False
    orderly = plan.fault.action == "none" or plan.fault_values.get("upgrade_mode") == "savepoint"
    return orderly and plan.request.contract.startswith("same")


def _replayed(plan: RunPlan, journal: Journal) -> int:
    """Records of earlier runs that both copies read again because the offsets began before this one."""
    stable = journal.last(Counts, copy_=Copy.STABLE)
    return stable.extra if stable and plan.request.offsets != "to-latest" else 0
