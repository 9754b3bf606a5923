"""The bounds of the contract, line by line: how many duplicates, how fast back, how late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.verdict import Line
from flink_chaos.verdict.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery
    from flink_chaos.verdict.measures import Measure


def bound_lines(plan: RunPlan, journal: Journal, recovery: Recovery | None) -> Iterator[Line]:
    """One line for each bound that the contract names and that this run can be held to."""
    for name, measure in MEASURES.items():
        bound = plan.contract.number(name)
        if bound is not None and measure.applies(plan):
            origin = f" (measured: {plan.measured[name].told})" if name in plan.measured else ""
            demanded = measure.demanded.format(bound=bound) + origin
            yield _line(measure, bound, demanded, journal, recovery)


def bound_notes(plan: RunPlan) -> list[str]:
    """Bounds that too few runs have measured: nothing is demanded yet, so they are no lines."""
    return [f"{name} is measured: {one.told}" for name, one in plan.measured.items() if one.bound is None]


def _line(measure: Measure, bound: float, demanded: str, journal: Journal, recovery: Recovery | None) -> Line:
    """Nobody looked: neither met nor broken. Looked, and not seen: broken."""
    value = measure.of(journal, recovery)
    if value is not None:
        return Line(name=measure.line, ok=value <= bound, demanded=demanded, seen=measure.seen.format(value=value))
    if measure.looked(recovery):
        return Line(name=measure.line, ok=False, demanded=demanded, seen="never seen")
    return Line(name=measure.line, ok=None, demanded=demanded, seen=measure.unknown)
