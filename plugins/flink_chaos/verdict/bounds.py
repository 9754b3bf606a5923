"""The bounds of the contract, line by line: how many duplicates, how fast back, how late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.facts import Counts, RecordProof
from flink_chaos.model.verdict import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery

VOID_SECONDS = 15.0
"""Samples that are further apart, or clocks, say nothing of times; counts need neither."""


def bound_lines(plan: RunPlan, journal: Journal, recovery: Recovery | None) -> Iterator[Line]:
    """One line for each bound that the contract names."""
    yield from _duplicates(plan, journal)
    times = recovery if recovery and _is_sharp(recovery) else None
    if plan.fault.action != "none":
        within = plan.contract.recovery_seconds, plan.contract.caught_up_seconds
        yield from _seconds("recovered in time", within[0], times, lambda r: r.seconds("checkpointed"))
        yield from _seconds("caught up in time", within[1], times, lambda r: r.seconds("caught up"))
    yield from _failed_checkpoints(plan, recovery)
    yield from _delay(plan, journal)


def _is_sharp(recovery: Recovery) -> bool:
    return max(recovery.resolution_seconds, recovery.skew_seconds or 0.0) <= VOID_SECONDS


def _duplicates(plan: RunPlan, journal: Journal) -> Iterator[Line]:
    """Under EXACTLY_ONCE none is allowed: another line says so."""
    bound, counts = plan.contract.duplicates_percent, journal.last(Counts, copy_=Copy.CHAOS)
    if bound is None or plan.request.demanded is not Guarantee.AT_LEAST_ONCE:
        return
    percent = 100 * counts.duplicated / counts.expected if counts and counts.expected else None
    yield Line(
        name="few duplicates",
        ok=None if percent is None else percent <= bound,
        demanded=f"at most {bound:g} % of the ids",
        seen="not counted" if percent is None else f"{percent:.2f} %",
    )


def _seconds(
    name: str, bound: float | None, recovery: Recovery | None, taken: Callable[[Recovery], float | None]
) -> Iterator[Line]:
    """Nobody looked: neither met nor broken. Looked, and not seen: broken."""
    if bound is None:
        return
    seconds = taken(recovery) if recovery else None
    unknown = "not observed" if recovery is None else "never seen"
    yield Line(
        name=name,
        ok=None if recovery is None else seconds is not None and seconds <= bound,
        demanded=f"within {bound:g} s of the fault",
        seen=unknown if seconds is None else f"{seconds:.1f} s",
    )


def _failed_checkpoints(plan: RunPlan, recovery: Recovery | None) -> Iterator[Line]:
    bound = plan.contract.failed_checkpoints
    if bound is None:
        return
    failed = sum(span.failed for span in recovery.checkpoints[1:]) if recovery else None
    yield Line(
        name="few failed checkpoints",
        ok=None if failed is None else failed <= bound,
        demanded=f"at most {bound:g}",
        seen="not observed" if failed is None else f"{failed}",
    )


def _delay(plan: RunPlan, journal: Journal) -> Iterator[Line]:
    """By Kafka's own times of both records; only the record proof reads them."""
    bound, proof = plan.contract.delay_p99_seconds, journal.last(RecordProof, copy_=Copy.CHAOS)
    if bound is None:
        return
    delay = proof.deliveries.delay_p99_ms if proof else None
    yield Line(
        name="delay, 99 of 100 ids",
        ok=None if delay is None else delay <= 1000 * bound,
        demanded=f"at most {bound:g} s",
        seen="not proven" if delay is None else f"{delay / 1000:.1f} s",
    )
