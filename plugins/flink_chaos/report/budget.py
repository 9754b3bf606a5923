"""How much of a run a page shows: everything of a usual one, and of any other as much as there is room for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from flink_chaos.model.text import cut, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.report.lanes import Bar

MOST_BYTES = 1_500_000
"""Of a page: a browser opens it at once, and a chat takes it."""


@dataclass(frozen=True)
class Budget:
    """The most of each kind that a page shows; how much it leaves out stands beside it."""

    text: int
    """Characters of a text."""
    script: int
    """Characters of an SQL file or a command."""
    rows: int
    """Rows of a table, entries of a list, tables of a section."""
    columns: int
    bars: int
    """Bars of a lane, and marks of a recovery."""

    def seen(self, value: Any) -> Any:
        """A value as it goes into the page: cut, and with escapes for what acts or cannot be seen."""
        return visible(cut(value, self.text)) if isinstance(value, str) and not isinstance(value, Markup) else value

    def whole(self, text: str) -> Markup:
        """A script or a command."""
        return escape(visible(cut(text, self.script)))

    def kept(self, bars: Sequence[Bar]) -> list[Bar]:
        """Failed and long bars before others, in the order of time."""
        if len(bars) <= self.bars:
            return list(bars)
        told = sorted(bars, key=lambda bar: ("failed" not in bar.look, -(bar.end - bar.begin)))[: self.bars]
        return sorted(told, key=lambda bar: bar.begin)


BUDGETS = (
    Budget(text=2_000, script=100_000, rows=200, columns=40, bars=2_000),
    Budget(text=500, script=10_000, rows=100, columns=30, bars=500),
    Budget(text=200, script=2_000, rows=30, columns=20, bars=100),
    Budget(text=60, script=500, rows=8, columns=10, bars=20),
)
"""From the widest to the narrowest; the first with which a page is small enough is the one that is used."""
