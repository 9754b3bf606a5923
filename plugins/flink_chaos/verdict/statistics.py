"""What repetitions of a test tell that one run cannot: whether a difference is more than chance.

Imports scipy: only steps.repeating opens this module, where there are several runs.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from flink_chaos.model.statistics import LEAST, Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flink_chaos.model.recovery import Recovery

RESAMPLES, SEED = 4_999, 20_260_101
ALPHA, POWER = 0.05, 0.8

MEASURES: dict[str, tuple[str, Callable[[Recovery], float | None]]] = {
    "highest lag": ("records", lambda r: r.lag.peak - r.lag.peak_control if r.lag else None),
    "output stall": ("s", lambda r: _less(r.output_stall_seconds, r.output_stall_control_seconds)),
}


def differences(repetitions: Sequence[Recovery], undisturbed: Sequence[Recovery]) -> list[Difference]:
    """Each measure over the repetitions, beside the runs without a fault; nothing for a single run."""
    return list(_differences(repetitions, undisturbed))


def _differences(repetitions: Sequence[Recovery], undisturbed: Sequence[Recovery]) -> Iterator[Difference]:
    for name, (unit, measure) in MEASURES.items():
        pairs = [value for one in repetitions if (value := measure(one)) is not None]
        noise = [value for one in undisturbed if (value := measure(one)) is not None]
        if len(pairs) > 1:
            yield _difference(name, unit, pairs, noise)


def _difference(name: str, unit: str, pairs: Sequence[float], noise: Sequence[float]) -> Difference:
    enough = len(pairs) >= LEAST
    low, high = _interval(pairs) if enough else (None, None)
    return Difference(
        name=name,
        unit=unit,
        runs=len(pairs),
        median=median(pairs),
        low=low,
        high=high,
        p=_chance(pairs) if enough else None,
        effect=_effect(pairs) if enough else None,
        detectable=_detectable(pairs) if enough else None,
        noise_runs=len(noise),
        noise_median=median(noise) if noise else None,
        noise_p=_against(pairs, noise) if enough and len(noise) >= LEAST else None,
    )


def _interval(pairs: Sequence[float]) -> tuple[float, float]:
    """Percentile bootstrap of the median; the same runs always give the same one."""
    if len(set(pairs)) == 1:
        return pairs[0], pairs[0]
    found = stats.bootstrap(
        (np.asarray(pairs, dtype=float),),
        np.median,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _chance(pairs: Sequence[float]) -> float:
    return float(stats.wilcoxon(pairs).pvalue) if any(pairs) else 1.0


def _effect(pairs: Sequence[float]) -> float:
    """Share of the ranks that speak for a difference, less the share that speaks against it (Kerby, 2014)."""
    known = [value for value in pairs if value]
    if not known:
        return 0.0
    ranks = stats.rankdata(np.abs(known))
    return float(sum(rank if value > 0 else -rank for rank, value in zip(ranks, known, strict=True)) / sum(ranks))


def _detectable(pairs: Sequence[float]) -> float:
    """Of a paired t test with so many runs that scatter so."""
    free, scatter = len(pairs) - 1, float(np.std(pairs, ddof=1))
    factor = stats.t.ppf(1 - ALPHA / 2, free) + stats.t.ppf(POWER, free)
    return float(factor * scatter / np.sqrt(len(pairs)))


def _against(pairs: Sequence[float], noise: Sequence[float]) -> float:
    return float(stats.mannwhitneyu(pairs, noise, alternative="two-sided").pvalue)


def _less(chaos: float | None, control: float | None) -> float | None:
    return None if chaos is None or control is None else chaos - control
