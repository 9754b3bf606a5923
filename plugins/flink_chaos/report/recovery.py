"""A recovery as numbers, bars and rows of tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flink_chaos.model.recovery import MARKS
from flink_chaos.model.statistics import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.recovery import Recovery
    from flink_chaos.model.statistics import Difference

SMALLEST = 0.001
"""The least p that is told as a number: three digits are."""
UNTIL = {
    "felt": "until it is felt",
    "detected": "until Flink detects it",
    "restarting": "until it is restarted",
    "running": "until all tasks run",
    "checkpointed": "until a checkpoint completes",
    "caught up": "until it has caught up",
}

SPAN_COLUMNS = [
    "phase",
    "completed",
    "failed",
    "median s",
    "longest s",
    "longest alignment s",
    "median bytes",
    "s between",
    "interval drift s",
    "why they failed",
]


@dataclass(frozen=True)
class Piece:
    """A part of a recovery, its share of the longest one in per cent."""

    name: str
    told: str
    seconds: float
    share: float


def bars(recovery: Recovery, last_green: Recovery | None) -> list[tuple[str, list[Piece]]]:
    """A bar for this run, and one for the last that passed; both to one scale."""
    named = [("this run", recovery), *([("last green", last_green)] if last_green else [])]
    longest = max((mark.seconds for _, one in named for mark in one.marks), default=0.0) or 1.0
    return [(name, list(_pieces(one, longest))) for name, one in named if one.marks]


def _pieces(recovery: Recovery, longest: float) -> Iterator[Piece]:
    """From each mark to the next by their usual order; one that came earlier than those before it took no time."""
    ends, reached = [0.0], 0.0
    names = [name for name in MARKS if recovery.seconds(name) is not None]
    for name in names:
        reached = max(reached, recovery.seconds(name) or 0.0)
        ends.append(reached)
    for name, (begin, end) in zip(names, pairwise(ends), strict=True):
        yield Piece(name, UNTIL[name], end - begin, 100 * (end - begin) / longest)


def headline(recovery: Recovery) -> list[tuple[str, str]]:
    """The numbers that people ask for first."""
    lag = recovery.lag
    return [
        ("recovered", _seconds(recovery.seconds("checkpointed"))),
        ("caught up", _seconds(recovery.seconds("caught up"))),
        ("unavailable", _seconds(recovery.unavailable_seconds)),
        (
            "output stalled",
            f"{_seconds(recovery.output_stall_seconds)} (control {_seconds(recovery.output_stall_control_seconds)})",
        ),
        ("highest lag", f"{lag.peak:,} (control {lag.peak_control:,})" if lag else "-"),
        ("restored from", _restored(recovery)),
        ("read again", "-" if recovery.replayed is None else f"≈ {recovery.replayed:,} records"),
        ("restarts", "-" if recovery.restarts is None else str(recovery.restarts)),
    ]


def _restored(recovery: Recovery) -> str:
    if recovery.restored_id is None:
        return "no checkpoint"
    age = recovery.restored_age_seconds
    return f"checkpoint {recovery.restored_id}" + (f", {age:.1f} s old" if age is not None else "")


def debt_rows(recovery: Recovery) -> list[tuple[str, str]]:
    """The lag debt, and whether it was paid as fast as could be expected."""
    lag = recovery.lag
    if lag is None:
        return []
    return [
        ("debt against the control", f"{lag.record_seconds:,.0f} record-seconds"),
        ("band that counts as caught up", f"{lag.band:,} records committed, {lag.processing_band:,} read"),
        ("not yet read at most", f"{lag.processing_peak:,} records"),
        ("came in meanwhile", _rate(lag.input_rate)),
        ("could process, by its own word before the fault", _rate(lag.capacity)),
        ("fell by", _rate(lag.drain_rate)),
        ("catching up, predicted", _seconds(lag.predicted_seconds)),
        ("catching up, observed", _seconds(lag.observed_seconds)),
    ]


def span_rows(recovery: Recovery) -> list[list[Any]]:
    """Checkpoints by phase, a cell for each of SPAN_COLUMNS."""
    return [
        [
            span.phase,
            span.completed,
            span.failed,
            _thousandth(span.median_ms),
            _thousandth(span.longest_ms),
            _thousandth(span.longest_alignment_ms),
            span.median_bytes,
            _thousandth(span.interval_ms),
            _thousandth(span.drift_ms),
            "; ".join(span.failures),
        ]
        for span in recovery.checkpoints
    ]


def difference_row(one: Difference) -> list[Any]:
    """A difference between both copies over several runs, beside the same without a fault."""
    noise = "not measured" if one.noise_median is None else f"{one.noise_median:,.1f} in {one.noise_runs} runs"
    return [*measured(one), noise, _chance(one.noise_p)]


def measured(one: Difference) -> list[Any]:
    """Name with unit, runs, median, 95 % interval, p, effect and smallest detectable difference."""
    known = one.low is not None and one.high is not None
    interval = f"{one.low:,.1f} to {one.high:,.1f}" if known else too_few(one.runs)
    return [f"{one.name}, {one.unit}", one.runs, one.median, interval, _chance(one.p), one.effect, one.detectable]


def too_few(runs: int) -> str:
    """In place of an interval."""
    return f"too few runs for an interval ({runs} of {LEAST})"


def _chance(p: float | None) -> float | str | None:
    """No chance is 0."""
    return f"< {SMALLEST}" if p is not None and p < SMALLEST else p


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} records/s"
