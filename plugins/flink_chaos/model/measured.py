"""A bound that earlier runs of the same test give: what they took at most, and a margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from flink_chaos.model.base import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = 1.5
NEEDED = 5
"""Runs below which the worst of them says little of the next one."""


class Measured(Record):
    """Where a bound came from."""

    bound: float | None = Field(description="in the unit of its name; null: too few runs yet")
    runs: int = Field(description="runs of the same test that passed and told it")
    worst: float | None = Field(description="of those")
    noise_runs: int = Field(description="the same of runs without a fault: the noise floor")
    noise_worst: float | None
    margin: float = MARGIN
    needed: int = Field(default=NEEDED, description="runs below which there is no bound")

    @property
    def told(self) -> str:
        """What it rests on, in a few words."""
        if self.bound is None:
            return f"not yet, {self.runs} of {self.needed} runs"
        if (self.noise_worst or 0) > (self.worst or 0):
            return f"{self.margin:g} x the worst of {self.noise_runs} runs without a fault"
        return f"{self.margin:g} x the worst of {self.runs} runs"


def measured(own: Sequence[float], noise: Sequence[float], digits: int) -> Measured:
    """The worst of a test's runs times the margin, never below that of the noise; rounded up to so many digits."""
    worst = max([*own, *noise]) if len(own) >= NEEDED else None
    return Measured(
        bound=None if worst is None else _up(MARGIN * worst, digits),
        runs=len(own),
        worst=max(own, default=None),
        noise_runs=len(noise),
        noise_worst=max(noise, default=None),
    )


def _up(value: float, digits: int) -> float:
    """The first rounding takes off what floating point adds: 1.5 x 5.4 is 8.1, not 8.2."""
    scale: int = 10**digits
    return math.ceil(round(value * scale, 6)) / scale
