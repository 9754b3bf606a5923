"""The few numbers by which a run is compared with its control and with the last one that passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flink_chaos.model.verdict import Verdict

COLUMNS = ["", "chaos", "control", "last green"]


def numbers(verdict: Verdict, green: Verdict | None) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: lost, duplicated, recovery, highest lag, output stall; `-` for what nobody saw."""
    rows = [
        ["lost", _count(verdict, "chaos", "lost"), _count(verdict, "stable", "lost"), _count(green, "chaos", "lost")],
        [
            "duplicated",
            _count(verdict, "chaos", "duplicated"),
            _count(verdict, "stable", "duplicated"),
            _count(green, "chaos", "duplicated"),
        ],
        ["recovered, s", _recovered(verdict), "", _recovered(green)],
        ["highest lag", *_lag(verdict), _lag(green)[0]],
        ["output stalled, s", *_stall(verdict), _stall(green)[0]],
    ]
    return COLUMNS, rows


def _count(verdict: Verdict | None, copy: str, name: str) -> str:
    counted = verdict.counts.get(copy, {}) if verdict else {}
    return f"{counted[name]:,}" if name in counted else "-"


def _recovered(verdict: Verdict | None) -> str:
    return _seconds(verdict.recovery.seconds("checkpointed") if verdict and verdict.recovery else None)


def _lag(verdict: Verdict | None) -> tuple[str, str]:
    lag = verdict.recovery.lag if verdict and verdict.recovery else None
    return (f"{lag.peak:,}", f"{lag.peak_control:,}") if lag else ("-", "-")


def _stall(verdict: Verdict | None) -> tuple[str, str]:
    recovery = verdict.recovery if verdict else None
    if recovery is None:
        return "-", "-"
    return _seconds(recovery.output_stall_seconds), _seconds(recovery.output_stall_control_seconds)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
