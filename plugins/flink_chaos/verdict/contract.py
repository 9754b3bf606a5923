"""What the contract demands of the chaos copy, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Stopped
from flink_chaos.model.verdict import Line
from flink_chaos.verdict.bounds import bound_lines
from flink_chaos.verdict.delivery import delivery_lines
from flink_chaos.verdict.expectation import expectation_lines
from flink_chaos.verdict.hanging import hanging_lines
from flink_chaos.verdict.transactions import too_short

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery


def contract_lines(plan: RunPlan, journal: Journal, recovery: Recovery | None = None) -> list[Line]:
    """Return every demand with what was seen; without a fact it is neither met nor broken."""
    return [
        *_recovered(plan, journal),
        *delivery_lines(plan, journal, too_short(plan, journal, recovery)),
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
