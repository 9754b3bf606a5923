"""Bounds from the stored runs of the same test, when a run is planned."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from flink_chaos.model.effect_facts import FaultHit
from flink_chaos.model.facts import FaultStarted
from flink_chaos.model.journal import Journal
from flink_chaos.model.measured import measured
from flink_chaos.store.history import newest, passed, passed_undisturbed
from flink_chaos.store.records import StoreError
from flink_chaos.verdict.measures import MEASURES

INJECTIONS, SPARE_SECONDS = 5, 5
"""Runs that are looked at, and what a busy machine may take longer."""

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


def measured_injection(store: Store, fault: str, environment: str) -> int | None:
    """Seconds from asking for the fault until it struck: the longest of the last runs there, and a little more."""
    found = (_injection(attempt) for attempt in newest(store, fault, environment))
    seconds = [*islice((one for one in found if one is not None), INJECTIONS)]
    return math.ceil(max(seconds)) + SPARE_SECONDS if seconds else None


def _injection(attempt: Attempt) -> float | None:
    with suppress(StoreError):
        started, hit = attempt.journal("fault_started").last(FaultStarted), attempt.journal("fault_hit").last(FaultHit)
        return (hit.at - started.at).total_seconds() if started and hit else None
    return None


def _values(one: Measure, runs: Sequence[tuple[Attempt, Verdict]]) -> list[float]:
    found = (_value(one, attempt, verdict) for attempt, verdict in runs)
    return [value for value in found if value is not None]


def _value(one: Measure, attempt: Attempt, verdict: Verdict) -> float | None:
    """None where the run does not tell it, or only to another version."""
    with suppress(StoreError):
        return one.of(attempt.journal(one.fact) if one.fact else Journal([]), verdict.recovery)
    return None
