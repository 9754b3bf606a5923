"""The few numbers by which a run is compared with its control and with the last one that passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flink_chaos.model.verdict import Verdict

COLUMNS = ["", "chaos", "control", "last green"]
SECONDS = ", s"
RECOVERED = f"recovered{SECONDS}"

Pair = tuple[float | None, float | None]
"""Of the chaos copy and of the stable one; null: nobody saw it."""


def numbers(verdict: Verdict, green: Verdict | None) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: lost, duplicated, recovery, highest lag, output stall; `-` for what nobody saw.

    In brackets how much more the chaos copy has; nothing where it has as much.
    """
    then = _pairs(green)
    rows = [
        [name, _told(name, chaos), _beside(name, control, chaos), _beside(name, then[name][0], chaos)]
        for name, (chaos, control) in _pairs(verdict).items()
    ]
    return COLUMNS, [[*row[:2], "" if row[0] == RECOVERED else row[2], row[3]] for row in rows]


def _pairs(verdict: Verdict | None) -> dict[str, Pair]:
    recovery = verdict.recovery if verdict else None
    lag = recovery.lag if recovery else None
    return {
        "lost": _counts(verdict, "lost"),
        "duplicated": _counts(verdict, "duplicated"),
        RECOVERED: (recovery.seconds("checkpointed") if recovery else None, None),
        "highest lag": (lag.peak, lag.peak_control) if lag else (None, None),
        f"output stalled{SECONDS}": (
            (recovery.output_stall_seconds, recovery.output_stall_control_seconds) if recovery else (None, None)
        ),
    }


def _counts(verdict: Verdict | None, name: str) -> Pair:
    found = verdict.counts if verdict else {}
    return found.get("chaos", {}).get(name), found.get("stable", {}).get(name)


def _told(name: str, value: float | None, sign: str = "") -> str:
    if value is None:
        return "-"
    return f"{value:{sign}.1f}" if name.endswith(SECONDS) else f"{value:{sign},}"


def _beside(name: str, value: float | None, chaos: float | None) -> str:
    told = _told(name, value)
    differs = value is not None and chaos is not None and told != _told(name, chaos)
    return f"{told} ({_told(name, (chaos or 0) - (value or 0), '+')})" if differs else told
