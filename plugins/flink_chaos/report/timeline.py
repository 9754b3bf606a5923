"""The timeline as SVG: lanes under one axis of time. It is whole without a script; report.js zooms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.report.lanes import lanes
from flink_chaos.report.node_lane import node_lanes
from flink_chaos.report.scale import Height, nice, thinned, ticks

if TYPE_CHECKING:
    from flink_chaos.model.observation import Observation
    from flink_chaos.model.recovery import Recovery
    from flink_chaos.report.budget import Budget
    from flink_chaos.report.lanes import Curve, Lane

WIDTH, LEFT, RIGHT = 1120, 74, 14
PLOT = WIDTH - LEFT - RIGHT
GAP, ROW, AXIS = 34, 15, 24
"""Pixels above a lane for its title, of a row of mark labels, of the axis."""

LABEL = 86
"""Pixels that the label of a mark takes."""


@dataclass(frozen=True)
class Stripe:
    """A lane where it is drawn."""

    lane: Lane
    top: float
    height: Height
    paths: list[tuple[Curve, str]]

    def boxes(self, budget: Budget) -> list[dict[str, object]]:
        """Bars: x and width in seconds, y and height in pixels."""
        found = []
        for bar in budget.kept(self.lane.bars):
            y = self.height.y(bar.value)
            width = round(max(bar.end - bar.begin, 0.05), 2)
            found.append({"x": bar.begin, "width": width, "y": y, "height": self.height.pixels - y, "bar": bar})
        return found


@dataclass(frozen=True)
class Label:
    """A mark of the recovery, with the row in which its label has room."""

    name: str
    at: float
    row: int
    told: str


@dataclass(frozen=True)
class Timeline:
    """Everything that the template draws; times are seconds since the fault, or since the first sample without one."""

    begin: float
    end: float
    stripes: list[Stripe]
    fault: tuple[float, float] | None
    labels: list[Label]
    zero: str

    left, width, plot = LEFT, WIDTH, PLOT

    def left_out(self, budget: Budget) -> int:
        """Bars that have no room."""
        bars = [stripe.lane.bars for stripe in self.stripes]
        return sum(len(one) - len(budget.kept(one)) for one in bars)

    @property
    def rows(self) -> int:
        """Rows of labels."""
        return max((label.row for label in self.labels), default=-1) + 1

    @property
    def axis_top(self) -> float:
        """Where the axis is drawn."""
        last = self.stripes[-1]
        return last.top + last.height.pixels + 6

    @property
    def height(self) -> float:
        """Of the whole picture."""
        return self.axis_top + AXIS

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Moments of the axis and their names."""
        return [(at, f"{at:+g} s" if at else "0 s") for at in ticks(self.begin, self.end)]

    def x(self, at: float) -> float:
        """Pixels from the left edge of the picture."""
        return round(LEFT + PLOT * (at - self.begin) / (self.end - self.begin), 1)


def timeline(observation: Observation, recovery: Recovery | None) -> Timeline | None:
    """None where nobody observed."""
    times = [one.at_ms for one in observation.seen]
    zero = zero_ms(observation, recovery)
    found = lanes(observation, zero)
    if not found:
        return None
    found += node_lanes(observation, zero)
    begin, end = (min(times) - zero) / 1000, (max(times) - zero) / 1000
    labels = _labels(recovery, begin, max(end, begin + 1)) if recovery else []
    top = (max((label.row for label in labels), default=-1) + 1) * ROW + 4.0
    stripes = []
    for lane in found:
        height = Height(nice(lane.most), lane.pixels)
        stripes.append(Stripe(lane, top + GAP, height, [(curve, _path(curve, height)) for curve in lane.curves]))
        top += GAP + lane.pixels
    fault = _window(recovery) if recovery and not recovery.undisturbed else None
    return Timeline(begin, max(end, begin + 1), stripes, fault, labels, _zero(recovery))


def zero_ms(observation: Observation, recovery: Recovery | None) -> int:
    """The moment since which everything is counted; 0 where there is none."""
    return recovery.fault_ms if recovery else min((one.at_ms for one in observation.seen), default=0)


def _zero(recovery: Recovery | None) -> str:
    if recovery is None:
        return "the first sample"
    return "the steady state" if recovery.undisturbed else "the fault"


def _window(recovery: Recovery) -> tuple[float, float]:
    ended = recovery.fault_ended_ms or recovery.fault_ms
    return 0.0, max((ended - recovery.fault_ms) / 1000, 0.5)


def _labels(recovery: Recovery, begin: float, end: float) -> list[Label]:
    """Each in the first row in which it does not lie over another one."""
    free: list[float] = []
    found = []
    for mark in sorted(recovery.marks, key=lambda one: one.at_ms):
        x = PLOT * (mark.seconds - begin) / (end - begin)
        row = next((number for number, until in enumerate(free) if until <= x), len(free))
        free[row : row + 1] = [x + LABEL]
        told = f"{mark.name} {mark.seconds:.1f} s: {mark.seen} ({mark.clock})"
        found.append(Label(mark.name, mark.seconds, row, told))
    return found


def _path(curve: Curve, height: Height) -> str:
    """In seconds and pixels; not more points than the picture can show twice."""
    parts = (thinned(part, PLOT) for part in curve.parts)
    return "".join("M" + "L".join(f"{at:g},{height.y(value):g}" for at, value in part) for part in parts)
