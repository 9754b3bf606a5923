"""Transactions that nobody ended: who reads committed records reads nothing beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.facts import OpenTransactions, TopicEnd
from flink_chaos.model.verdict import Line

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def hanging_lines(plan: RunPlan, journal: Journal) -> list[Line]:
    """One line for a sink with transactions, once its end was looked at."""
    found = journal.last(OpenTransactions, copy_=Copy.CHAOS)
    ended = journal.last(TopicEnd, topic=plan.copies[Copy.CHAOS].sink)
    if plan.request.delivery_guarantee is not Guarantee.EXACTLY_ONCE or ended is None:
        return []
    behind = sum(found.behind.values()) if found else 0
    hanging = found.transactions if found else []
    told = [f"{one.transactional_id} {one.state} for {one.age_seconds:.0f} s" for one in hanging]
    named = "; ".join(told) or "one that the brokers do not name"
    seen = f"{named}: {behind:,} records behind it cannot be read" if behind else "none"
    return [Line(name="no hanging transaction", ok=not behind, demanded="none open after the stop", seen=seen)]
