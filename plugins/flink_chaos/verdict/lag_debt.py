"""What a fault makes the chaos copy owe, and whether it can pay."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from flink_chaos.model.recovery import LagDebt
from flink_chaos.verdict.scene import highest, lags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.observation import Sample
    from flink_chaos.verdict.scene import Scene

Series = list[tuple[int, int]]


def lag_debt(scene: Scene, caught_up_ms: int | None) -> LagDebt | None:
    """Against the stable copy, from the fault until caught up (until drained if it never was); None without samples."""
    end = caught_up_ms or scene.end_ms
    chaos, stable = lags(scene.during(scene.chaos, end=end)), lags(scene.during(scene.stable, end=end))
    if not chaos or not stable:
        return None
    waiting = scene.processing(scene.during(scene.chaos))
    band = highest([(s.at_ms, s.pending_lag) for s in scene.loaded_control if s.pending_lag is not None])
    peak_at, peak = max(waiting, key=lambda one: one[1])
    back = next((one for one in waiting if one[0] > peak_at and one[1] <= band), None)
    seconds = (back[0] - peak_at) / 1000 if back else None
    coming, capacity = _rate(_loaded(scene.during(scene.chaos, end=scene.load_ended_ms))), _capacity(scene)
    return LagDebt(
        record_seconds=_area(chaos, stable),
        peak=max(lag for _, lag in chaos),
        peak_control=max(lag for _, lag in stable),
        band=scene.band,
        processing_peak=peak,
        processing_band=band,
        drain_rate=(peak - back[1]) / seconds if back and seconds else None,
        input_rate=coming,
        capacity=capacity,
        predicted_seconds=_predicted(peak - band, capacity, coming),
        observed_seconds=seconds,
    )


def _predicted(debt: int, capacity: float | None, coming: float | None) -> float | None:
    """Debt over what is left of the capacity; null if it is not known, or nothing is left."""
    if capacity is None or coming is None or capacity <= coming:
        return None
    return _finite(max(0, debt) / (capacity - coming))


def _area(chaos: Series, stable: Series) -> float:
    """Record-seconds by which the chaos copy was further behind; a control that was further behind pays nothing."""
    times = [at for at, _ in stable]
    total = 0.0
    for (at, lag), (after, _) in pairwise(chaos):
        control = stable[max(0, bisect_right(times, at) - 1)][1]
        total += max(0, lag - control) * (after - at) / 1000
    return total


def _capacity(scene: Scene) -> float | None:
    """Records/s that it could process by its own word before the fault (Kalavri et al., DS2, OSDI 2018)."""
    before = [sample for sample in scene.chaos if sample.at_ms < scene.fault_ms]
    busy = [sample.busy for sample in before if sample.busy]
    rate = _rate(_loaded(before))
    return _finite(rate / median(busy)) if rate and busy else None


def _finite(quotient: float) -> float | None:
    """Null for what a divisor next to nothing makes of it."""
    return quotient if math.isfinite(quotient) else None


def _loaded(samples: Sequence[Sample]) -> Series:
    return [(sample.at_ms, sample.loaded) for sample in samples if sample.loaded is not None]


def _rate(series: Series) -> float | None:
    if len(series) < 2 or series[-1][0] == series[0][0]:
        return None
    return (series[-1][1] - series[0][1]) * 1000 / (series[-1][0] - series[0][0])
