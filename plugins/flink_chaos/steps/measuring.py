"""Bounds from the stored runs of the same test, when a run is planned."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.model.journal import Journal
from flink_chaos.model.measured import measured
from flink_chaos.store.history import passed, passed_undisturbed
from flink_chaos.store.records import StoreError
from flink_chaos.verdict.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flink_chaos.model.measured import Measured
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt, Store
    from flink_chaos.verdict.measures import Measure


def with_bounds(store: Store, plan: RunPlan) -> RunPlan:
    """The plan with a bound, or none yet, in place of each word `measured`; the store is read only if there is one."""
    names = plan.contract.to_measure
    return plan.bounded(measure(store, plan, names)) if names else plan


def measure(store: Store, plan: RunPlan, names: Iterable[str] = tuple(MEASURES)) -> dict[str, Measured]:
    """What the stored runs of the plan's test say of each of these bounds that such a run can be held to."""
    own, noise = passed(store, plan), passed_undisturbed(store, plan)
    wanted = {name: MEASURES[name] for name in names if MEASURES[name].applies(plan)}
    return {name: measured(_values(one, own), _values(one, noise), one.digits) for name, one in wanted.items()}


def _values(one: Measure, runs: Sequence[tuple[Attempt, Verdict]]) -> list[float]:
    found = (_value(one, attempt, verdict) for attempt, verdict in runs)
    return [value for value in found if value is not None]


def _value(one: Measure, attempt: Attempt, verdict: Verdict) -> float | None:
    """None where the run does not tell it, or only to another version."""
    with suppress(StoreError):
        return one.of(attempt.journal(one.fact) if one.fact else Journal([]), verdict.recovery)
    return None
