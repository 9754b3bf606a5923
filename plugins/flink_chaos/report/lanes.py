"""What the timeline shows, lane by lane, in seconds since the fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flink_chaos.model.facts import Checkpoint
    from flink_chaos.model.observation import Observation, Sample
    from flink_chaos.report.scale import Point

RATE_SECONDS = 3.0
"""Over less a rate is the second hand of a clock."""

GAP_SECONDS = 5.0
"""Samples further apart are not joined: nobody looked."""


@dataclass(frozen=True)
class Curve:
    """One line of a lane; `look` names its colour and stroke in the style sheet. Parts are joined, gaps are not."""

    name: str
    look: str
    parts: list[list[Point]]

    @property
    def most(self) -> float:
        """Its highest value."""
        return max((value for part in self.parts for _, value in part), default=0.0)


@dataclass(frozen=True)
class Bar:
    """Something that lasted; `value` is its height."""

    begin: float
    end: float
    value: float
    look: str
    told: str


@dataclass(frozen=True)
class Lane:
    """Curves and bars over one axis."""

    title: str
    unit: str
    curves: list[Curve] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    pixels: int = 92

    @property
    def most(self) -> float:
        """The highest value in it."""
        return max([*(curve.most for curve in self.curves), *(bar.value for bar in self.bars)], default=0.0)


def lanes(observation: Observation, zero_ms: int) -> list[Lane]:
    """Lag, rates, what consumers see, checkpoints, tasks; empty where nobody observed."""
    by_copy = {copy: observation.samples(copy) for copy in Copy}
    if not any(by_copy.values()):
        return []
    chaos, stable = by_copy[Copy.CHAOS], by_copy[Copy.STABLE]
    return [
        Lane(
            "Lag",
            "records",
            [
                _curve("stable, committed", "stable", stable, zero_ms, lambda s: s.committed_lag),
                _curve("chaos, committed", "chaos", chaos, zero_ms, lambda s: s.committed_lag),
                _curve("chaos, not yet read", "chaos thin", chaos, zero_ms, lambda s: s.pending_lag),
            ],
        ),
        Lane(
            "Throughput",
            "records/s",
            [
                _rate("loaded", "loaded", chaos, zero_ms, lambda s: s.loaded),
                _rate("stable, written", "stable", stable, zero_ms, lambda s: s.written),
                _rate("chaos, written", "chaos", chaos, zero_ms, lambda s: s.written),
            ],
        ),
        Lane(
            "Visible to read_committed",
            "records",
            [
                _curve("stable, visible", "stable", stable, zero_ms, lambda s: s.visible),
                _curve("chaos, visible", "chaos", chaos, zero_ms, lambda s: s.visible),
            ],
        ),
        Lane("Checkpoints", "s", bars=[bar for copy in Copy for bar in _checkpoints(observation, copy, zero_ms)]),
        _tasks(chaos, zero_ms),
    ]


def _curve(
    name: str, look: str, samples: Sequence[Sample], zero_ms: int, value: Callable[[Sample], float | None]
) -> Curve:
    known = [(seconds(s.at_ms, zero_ms), told) for s in samples if (told := value(s)) is not None]
    parts: list[list[Point]] = [[]]
    for point in known:
        if parts[-1] and point[0] - parts[-1][-1][0] > GAP_SECONDS:
            parts.append([])
        parts[-1].append(point)
    return Curve(name, look, [part for part in parts if part])


def _rate(
    name: str, look: str, samples: Sequence[Sample], zero_ms: int, value: Callable[[Sample], int | None]
) -> Curve:
    """Growth over the last seconds; a count that falls grows by nothing."""
    counted = _curve(name, look, samples, zero_ms, value)
    return Curve(name, look, [rates for part in counted.parts if (rates := _growth(part))])


def _growth(part: Sequence[Point]) -> list[Point]:
    found, first = [], 0
    for last in range(1, len(part)):
        while part[last][0] - part[first + 1][0] >= RATE_SECONDS:
            first += 1
        (before, old), (after, new) = part[first], part[last]
        found.append((after, max(0.0, new - old) / (after - before or 1.0)))
    return found


def _checkpoints(observation: Observation, copy: Copy, zero_ms: int) -> list[Bar]:
    """As high as they lasted; savepoints too."""
    return [
        Bar(
            begin=seconds(one.trigger_ms, zero_ms),
            end=seconds(one.trigger_ms + max(one.duration_ms, 200), zero_ms),
            value=one.duration_ms / 1000,
            look=f"{copy}{' failed' if one.status == 'FAILED' else ''}",
            told=_told(copy, one),
        )
        for one in observation.checkpoints(copy)
    ]


def _told(copy: Copy, one: Checkpoint) -> str:
    """How long it lasted, and of that how long its barriers were on their way and waited for each other."""
    what = "savepoint" if one.is_savepoint else "checkpoint"
    barriers = {"barriers on their way": one.start_delay_ms, "alignment": one.alignment_ms}
    parts = [f"{name} {ms / 1000:.1f} s" for name, ms in barriers.items() if ms is not None]
    took = ", ".join([f"{one.duration_ms / 1000:.1f} s", *parts])
    return f"{copy}: {what} {one.id} {one.status.lower()}, {took} {one.failure}".strip()


def _tasks(samples: Sequence[Sample], zero_ms: int) -> Lane:
    """A bar for each span of one state: all tasks run, some or none do, nobody answers."""
    spans: list[tuple[float, float, Sample]] = []
    for sample, following in pairwise(samples):
        at, until = seconds(sample.at_ms, zero_ms), seconds(following.at_ms, zero_ms)
        if spans and _state(spans[-1][2]) == _state(sample):
            spans[-1] = (spans[-1][0], until, sample)
        else:
            spans.append((at, until, sample))
    bars = [Bar(begin, end, 1.0, _state(sample)[0], _state(sample)[1]) for begin, end, sample in spans]
    return Lane("Tasks of the chaos copy", "", bars=bars, pixels=26)


def _state(sample: Sample) -> tuple[str, str]:
    if sample.job_state is None:
        return "away", "chaos: the JobManager does not answer"
    whole = sample.job_state == "RUNNING" and sample.tasks_running == sample.tasks
    told = f"chaos: job {sample.job_state}, {sample.tasks_running or 0} of {sample.tasks or 0} tasks run, "
    return "whole" if whole else "part", f"{told}{sample.pods_ready or 0} of {sample.pods or 0} pods ready"


def seconds(ms: int, zero_ms: int) -> float:
    """A moment on the axis: seconds since the zero, to the hundredth."""
    return round((ms - zero_ms) / 1000, 2)
