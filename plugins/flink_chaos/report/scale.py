"""From values to places on the page, and round numbers for the marks of an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Point = tuple[float, float]
"""Seconds and value."""

STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
HOUR = 3600
TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, HOUR)


@dataclass(frozen=True)
class Height:
    """Values from 0 to `most` on so many pixels, the highest at the top."""

    most: float
    pixels: float

    def y(self, value: float) -> float:
        """Pixels from the top; what is beyond stays at the edge."""
        return round(self.pixels * (1 - min(max(value / self.most, 0.0), 1.0)), 1)


def nice(most: float) -> float:
    """The round number at or above."""
    if most <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(most))
    return next(float(step * power) for step in STEPS if step * power >= most * (1 - 1e-9))


def ticks(begin: float, end: float, most: int = 10) -> list[float]:
    """Round moments between two, not more than `most`, 0 among them if it lies there."""
    least = (end - begin) / most
    step = next((one for one in TIME_STEPS if least <= one), HOUR * nice(least / HOUR))
    return [number * step for number in range(math.ceil(begin / step), math.floor(end / step) + 1)]


def thinned(points: Sequence[Point], buckets: int) -> list[Point]:
    """Fewer points, and every peak and every hollow of the whole: the lowest and the highest of each bucket of time."""
    if len(points) <= 2 * buckets:
        return list(points)
    begin, end = points[0][0], points[-1][0]
    width = (end - begin) / buckets or 1.0
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(min(int((point[0] - begin) / width), buckets - 1), []).append(point)
    return [one for bucket in found.values() for one in _extremes(bucket)]


def _extremes(bucket: Sequence[Point]) -> Iterator[Point]:
    low, high = min(bucket, key=lambda one: one[1]), max(bucket, key=lambda one: one[1])
    yield from sorted({low, high})
