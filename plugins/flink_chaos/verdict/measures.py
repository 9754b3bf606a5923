"""What each bound of the contract is about: the same number is judged in a run, and measured over earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.comparison_facts import Counts, RecordProof

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import MarkName, Recovery

VOID_SECONDS = 15.0
"""Samples that are further apart say nothing, as a JobManager's history dies with it; clocks nothing of times."""


@dataclass(frozen=True)
class Measure:
    """One bound: where its number is found, and how it is told."""

    line: str
    demanded: str
    """Template of `bound`."""
    seen: str
    """Template of `value`."""
    unknown: str
    digits: int
    """After the point, of a bound that was measured: as many as are told."""
    of: Callable[[Journal, Recovery | None], float | None]
    """The number, in the unit of the bound's name; None where nobody looked, or what was looked for never came."""
    fact: str = ""
    """Kind of the only fact that it reads; empty: none."""
    applies: Callable[[RunPlan], bool] = lambda _: True
    """Whether a run can be held to it."""
    looked: Callable[[Recovery | None], bool] = lambda _: False
    """Whether no number means that it never came."""


def sharp(recovery: Recovery | None) -> Recovery | None:
    """The recovery, where its times can be trusted."""
    if recovery is None or max(recovery.resolution_seconds, recovery.skew_seconds or 0.0) > VOID_SECONDS:
        return None
    return recovery


def _until(mark: MarkName) -> Callable[[Journal, Recovery | None], float | None]:
    def seconds(_: Journal, recovery: Recovery | None) -> float | None:
        times = _times(recovery, mark)
        return _seconds(times, mark) if times else None

    return seconds


def _times(recovery: Recovery | None, mark: MarkName) -> Recovery | None:
    """The recovery, where the times of this mark can be trusted: lag is told by Kafka, and may be told less often."""
    times = sharp(recovery)
    return None if times and mark == "caught up" and times.lag_resolution_seconds > VOID_SECONDS else times


def _seconds(times: Recovery, mark: MarkName) -> float | None:
    """What stopped nothing needs no time to come back from: a latency may slow checkpoints down, and that is all."""
    unhurt = not times.undisturbed and times.seconds("felt") is None and not times.unavailable_seconds
    return 0.0 if unhurt and times.seconds(mark) is None else times.seconds(mark)


def _duplicates_percent(journal: Journal, _: Recovery | None) -> float | None:
    counts = journal.last(Counts, copy_=Copy.CHAOS)
    return 100 * counts.duplicated / counts.expected if counts and counts.expected else None


def _failed_checkpoints(_: Journal, recovery: Recovery | None) -> float | None:
    watched = recovery is not None and recovery.resolution_seconds <= VOID_SECONDS
    return sum(span.failed for span in recovery.checkpoints[1:]) if recovery and watched else None


def delay_seconds(journal: Journal, copy: Copy) -> float | None:
    """Delay of 99 of 100 ids by Kafka's own times of both records; only the record proof reads them.

    None where nobody did; below 0 the two clocks do not agree.
    """
    proof = journal.last(RecordProof, copy_=copy)
    delay = proof.deliveries.delay_p99_ms if proof else None
    return None if delay is None or delay < 0 else delay / 1000


def _is_disturbed(plan: RunPlan) -> bool:
    return plan.fault.action != "none"


def _may_duplicate(plan: RunPlan) -> bool:
    """Under EXACTLY_ONCE no duplicate is allowed: another line says so."""
    return plan.request.demanded is Guarantee.AT_LEAST_ONCE


def _time(line: str, mark: MarkName) -> Measure:
    return Measure(
        line=line,
        demanded="within {bound:g} s of the fault",
        seen="{value:.1f} s",
        unknown="not observed",
        digits=1,
        of=_until(mark),
        applies=_is_disturbed,
        looked=lambda recovery: _times(recovery, mark) is not None,
    )


MEASURES: dict[str, Measure] = {
    "duplicates_percent": Measure(
        line="few duplicates",
        demanded="at most {bound:g} % of the ids",
        seen="{value:.2f} %",
        unknown="not counted",
        digits=2,
        of=_duplicates_percent,
        fact="counts",
        applies=_may_duplicate,
    ),
    "recovery_seconds": _time("recovered in time", "checkpointed"),
    "caught_up_seconds": _time("caught up in time", "caught up"),
    "failed_checkpoints": Measure(
        line="few failed checkpoints",
        demanded="at most {bound:g}",
        seen="{value:.0f}",
        unknown="not observed",
        digits=0,
        of=_failed_checkpoints,
    ),
    "delay_p99_seconds": Measure(
        line="delay, 99 of 100 ids",
        demanded="at most {bound:g} s",
        seen="{value:.1f} s",
        unknown="not proven",
        digits=1,
        of=lambda journal, _: delay_seconds(journal, Copy.CHAOS),
        fact="record_proof",
    ),
}
"""By the bound's name, in the order in which lines are told."""
