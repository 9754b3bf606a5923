"""What repetitions tell together, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.statistics import LEAST
from flink_chaos.report.recovery import measured, too_few
from flink_chaos.report.table import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.statistics import Repeated

COLUMNS = ("repeated", "chaos less control", "runs", "median", "95 % interval", "p", "effect", "smallest detectable")


def repeated_table(repeated: Sequence[Repeated]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: each difference, or why there is none."""
    return list(COLUMNS), [[one.name, *map(shown, row)] for one in repeated for row in _rows(one)]


def _rows(one: Repeated) -> list[list[Any]]:
    """Two runs have a median; of fewer nothing is known."""
    why = too_few(one.runs) if one.runs < LEAST else "not observed"
    return [measured(found) for found in one.differences] or [[None, one.runs, None, why, None, None, None]]
