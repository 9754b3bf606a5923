"""The lane of the nodes: when one was cordoned, not ready or under a pressure. No lane where all of them were fine."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from flink_chaos.report.lanes import Bar, Lane, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.observation import Observation


def node_lanes(observation: Observation, zero_ms: int) -> list[Lane]:
    """One lane, or none."""
    names = {name for one in observation.nodes for name in one.nodes}
    bars = [bar for name in sorted(names) for bar in _bars(observation, name, zero_ms)]
    return [Lane("Nodes in trouble", "", bars=bars, pixels=26)] if bars else []


def _bars(observation: Observation, name: str, zero_ms: int) -> Iterator[Bar]:
    """A bar for each span of one trouble; a node that is not looked at any more has none."""
    looks = [(one.at_ms, _told(one.nodes[name].trouble) if name in one.nodes else "") for one in observation.nodes]
    changes = [next(same) for _, same in groupby(looks, key=lambda look: look[1])]
    for (begin, told), (end, _) in pairwise([*changes, (observation.seen[-1].at_ms, "")]):
        if told:
            look = "away" if "not ready" in told else "part"
            yield Bar(seconds(begin, zero_ms), seconds(end, zero_ms), 1.0, look, f"{name}: {told}")


def _told(trouble: list[str]) -> str:
    return ", ".join(trouble)
