"""What the contract demands of the records that came, compared with those of the stable copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import Counts
from flink_chaos.model.verdict import Line
from flink_chaos.verdict.findings import (
    CHANGED,
    DUPLICATES,
    EXTRA,
    LOSS,
    ORDER,
    changes_allowed,
    duplicates_allowed,
    is_kept,
    number,
    unaccounted,
)

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def delivery_lines(plan: RunPlan, journal: Journal, why_lost: str = "") -> list[Line]:
    """Each demand with what was seen; what was not measured has no line. `why_lost` is told beside a loss."""
    counts = journal.last(Counts, copy_=Copy.CHAOS)
    if counts is None:
        return [Line(name="delivered", ok=None, demanded="every record counted", seen="not counted")]
    allowed = "any number (AT_LEAST_ONCE)" if duplicates_allowed(plan, journal) else "0 duplicated"
    lost = (_loss(plan, journal, counts), _unaccounted(plan, journal, counts), why_lost)
    demands = [
        (LOSS, "0 lost", "; ".join(filter(None, lost))),
        (DUPLICATES, allowed, _duplicates(plan, counts)),
        (EXTRA, "0 extra", _extra(plan, counts)),
    ]
    lines = [Line(name=name, ok=is_kept(plan, journal, name), demanded=d, seen=s) for name, d, s in demands]
    return [*lines, *_unchanged(plan, journal), *_in_order(plan, journal)]


def _loss(plan: RunPlan, journal: Journal, counts: Counts) -> str:
    seen = f"{counts.ids:,} of {counts.expected:,} ids"
    if counts.lost and is_kept(plan, journal, LOSS):
        return f"{seen}, 0 lost: the stable copy has {counts.lost:,} repeated records more"
    several = counts.lost_ids and counts.lost_ids != counts.lost
    return f"{seen}, {counts.lost:,} lost" + (f" records of {counts.lost_ids:,} ids" if several else "")


def _unaccounted(plan: RunPlan, journal: Journal, counts: Counts) -> str:
    """Told where it is more than what the stable copy shows."""
    missing, loaded = unaccounted(plan, journal, Copy.CHAOS), plan.request.data_count_to_load
    return f"{missing:,} of {loaded:,} loaded records are not in the output" if missing > counts.lost else ""


def _duplicates(plan: RunPlan, counts: Counts) -> str:
    seen = f"{counts.duplicated:,} ids duplicated, {counts.surplus:,} surplus records"
    both = plan.pipeline.output.each_once and (counts.repeated or 0) > counts.surplus
    return seen + (f"; {counts.repeated:,} records are there again, as in the stable copy" if both else "")


def _extra(plan: RunPlan, counts: Counts) -> str:
    seen = f"{counts.extra:,} extra"
    told = plan.pipeline.output.each_once and counts.unloaded
    return seen + (f"; {counts.unloaded:,} with a number that nobody loaded" if told else "")


def _unchanged(plan: RunPlan, journal: Journal) -> list[Line]:
    changed, fewer = (number(journal, Copy.CHAOS, name) for name in ("changed", "undercounted"))
    if changed is None and fewer is None:
        return []
    seen = f"{changed or 0:,} ids with another value"
    if fewer is not None:
        seen += f", {fewer:,} of them count less"
    demanded = "0 that count less (AT_LEAST_ONCE)" if changes_allowed(plan, journal) else "0 changed"
    return [Line(name=CHANGED, ok=is_kept(plan, journal, CHANGED), demanded=demanded, seen=seen)]


def _in_order(plan: RunPlan, journal: Journal) -> list[Line]:
    """Of first deliveries, under either guarantee: what is replayed comes again, and is a duplicate."""
    if not plan.pipeline.output.order:
        return []
    found = number(journal, Copy.CHAOS, "reordered")
    if found is None:
        return [Line(name=ORDER, ok=None, demanded="0 reordered", seen="not proved")]
    seen = f"{found:,} ids came after one of their {plan.pipeline.output.order} that was loaded later"
    return [Line(name=ORDER, ok=is_kept(plan, journal, ORDER), demanded="0 reordered", seen=seen)]
