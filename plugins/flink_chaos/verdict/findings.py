"""The one table of what a comparison can find: which line of the contract each offence breaks, and when it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.comparison_facts import Counts, RecordProof
from flink_chaos.verdict.restarts import broke_down, unplanned_restart

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


@dataclass(frozen=True)
class Offence:
    """A number that is more than 0 where something is wrong."""

    line: str
    """Name of the line of the contract that it breaks."""
    allowed: Callable[[RunPlan, Journal], bool] = lambda *_: False
    """Whether a run's contract lets it be."""


def number(journal: Journal, copy: Copy, name: str) -> int | None:
    """What was counted of a copy, by SQL, or by the record proof what only that knows; None where nobody counted."""
    counts, proof = journal.last(Counts, copy_=copy), journal.last(RecordProof, copy_=copy)
    by_sql: int | None = getattr(counts, name, None)
    by_proof: int | None = getattr(proof.deliveries, name) if proof else None
    return by_proof if by_sql is None else by_sql


def duplicates_allowed(plan: RunPlan, journal: Journal) -> bool:
    """Only a failure excuses a duplicate, and only under AT_LEAST_ONCE."""
    return plan.request.demanded is Guarantee.AT_LEAST_ONCE and not _is_orderly(plan, journal)


def changes_allowed(plan: RunPlan, journal: Journal) -> bool:
    """In an aggregate a record that is counted twice is a duplicate; one that is not counted is a loss."""
    measured = number(journal, Copy.CHAOS, "undercounted") is not None
    return duplicates_allowed(plan, journal) and measured


def _loss_allowed(plan: RunPlan, journal: Journal) -> bool:
    """Fewer records than a stable copy that has duplicates, where each loaded one came all the same."""
    output, counted = plan.pipeline.output, number(journal, Copy.CHAOS, "counted")
    each = bool(output.each_once and output.number) and counted == plan.request.data_count_to_load
    older, repeated = (number(journal, Copy.STABLE, name) for name in ("older", "repeated"))
    return each and older == 0 and bool(repeated) and duplicates_allowed(plan, journal)


def _repeats_allowed(plan: RunPlan, journal: Journal) -> bool:
    return duplicates_allowed(plan, journal) or not plan.pipeline.output.each_once


LOSS, DUPLICATES, EXTRA, CHANGED = "no loss", "no duplicates", "nothing extra", "nothing changed"
ORDER = "order kept"

OFFENCES: dict[str, Offence] = {
    "lost": Offence(LOSS, _loss_allowed),
    "lost_ids": Offence(LOSS, _loss_allowed),
    "duplicated": Offence(DUPLICATES, duplicates_allowed),
    "surplus": Offence(DUPLICATES, duplicates_allowed),
    "extra": Offence(EXTRA),
    "changed": Offence(CHANGED, changes_allowed),
    "undercounted": Offence(CHANGED),
    "reordered": Offence(ORDER, lambda plan, _: not plan.pipeline.output.order),
    "repeated": Offence(DUPLICATES, _repeats_allowed),
    "unloaded": Offence(EXTRA, lambda plan, _: not plan.pipeline.output.each_once),
}
"""By the field of Counts and Deliveries, and by the kind of finding."""

MEASURES = frozenset(
    {
        *("expected", "records", "ids"),  # what the others are counted from
        "counted",  # `unaccounted` is its offence
        "older",  # compared as this run's are; where none may be, a doubt
        "summed",  # agrees with the report, or is a doubt
        "aborted",  # never delivered, so it is no offence
        *("delay_p50_ms", "delay_p99_ms", "delay_max_ms"),  # bounds have lines of their own
    }
)
"""Numbers that are no offence by themselves."""


def unaccounted(plan: RunPlan, journal: Journal, copy: Copy) -> int:
    """Loaded records that a copy lacks: both may lack the same, and only the loader knows; 0 where it is no demand."""
    counted = number(journal, copy, "counted")
    demanded = plan.pipeline.output.each_once and counted is not None
    return max(0, plan.request.data_count_to_load - (counted or 0)) if demanded else 0


def is_broken(plan: RunPlan, journal: Journal) -> bool:
    """Whether the chaos copy has any offence."""
    return not all(is_kept(plan, journal, line) for line in {one.line for one in OFFENCES.values()})


def is_kept(plan: RunPlan, journal: Journal, line: str) -> bool:
    """Whether the chaos copy has none of the offences that break a line."""
    if line == LOSS and unaccounted(plan, journal, Copy.CHAOS):
        return False
    broken = [name for name, one in OFFENCES.items() if one.line == line and not one.allowed(plan, journal)]
    return not any(number(journal, Copy.CHAOS, name) for name in broken)


def _is_orderly(plan: RunPlan, journal: Journal) -> bool:
    """Nothing was broken, by the run or by others: no failure excuses a duplicate.

    A fault that restarted nothing, such as a latency that checkpoints stand, excuses none either.
    """
    if not plan.request.contract.startswith("same") or unplanned_restart(plan, journal, Copy.CHAOS):
        return False
    if plan.fault.action == "litmus":
        return not broke_down(journal)
    return plan.fault.action == "none" or plan.fault_values.get("upgrade_mode") == "savepoint"
