"""A difference between both copies over several runs of one test, with how sure one can be of it."""

from __future__ import annotations

from pydantic import Field

from flink_chaos.model.base import Record

LEAST = 3
"""Runs below which an interval would be a guess."""


class Difference(Record):
    """Chaos copy less stable copy, run by run."""

    name: str
    unit: str
    runs: int
    median: float
    low: float | None = Field(default=None, description="95 % interval of the median; null for too few runs")
    high: float | None = None
    p: float | None = Field(default=None, description="Wilcoxon's signed ranks: by chance alone")
    effect: float | None = Field(default=None, description="matched rank-biserial correlation, -1 to 1")
    detectable: float | None = Field(
        default=None, description="smallest mean difference that so many runs show in 4 of 5 cases, at 5 %"
    )
    noise_runs: int = Field(default=0, description="runs without a fault that it was compared with")
    noise_median: float | None = Field(default=None, description="the same difference without a fault")
    noise_p: float | None = Field(default=None, description="Mann-Whitney: chance of no difference to those")


class Repeated(Record):
    """What the repetitions of a run tell together."""

    name: str
    runs: int = Field(description="those that were observed and ended with PASS or FAIL")
    differences: list[Difference] = Field(description="none of what fewer than two of them tell")
