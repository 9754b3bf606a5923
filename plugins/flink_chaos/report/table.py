"""Rows as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.text import exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LINE = 110
"""Width of a rule, in characters: reasons are longer than a terminal is wide."""

CELL, ROWS, COLUMNS = 400, 200, 40
"""Characters of a cell, rows and columns of a table: what a person still reads. The stored verdict has all of it."""


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Rows under their columns, numbers and their names to the right; as many as a person reads."""
    names = [exact(name, CELL) for name in columns[:COLUMNS]]
    kept = [row[:COLUMNS] for row in rows[:ROWS]]
    cells = [[_cell(value) for value in row] for row in kept]
    widths = [max(len(text) for text in column) for column in zip(names, *cells, strict=True)]
    right = [isinstance(value, int | float) for value in kept[0]] if kept else [False] * len(names)
    yield _aligned(names, widths, right)
    yield "  ".join("-" * width for width in widths)[:LINE]
    for row, values in zip(cells, kept, strict=True):
        yield _aligned(row, widths, [isinstance(value, int | float) for value in values])
    left = {"rows": len(rows) - len(kept), "columns": len(columns) - len(names)}
    yield from (f"... {count:,} more {what}" for what, count in left.items() if count)


def by_copy(counted: Mapping[str, Mapping[str, int]]) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of the numbers of each copy; a copy that nobody counted has no row."""
    known = {copy: counts for copy, counts in counted.items() if counts}
    names = list(dict.fromkeys(name for counts in known.values() for name in counts))
    return ["copy", *names], [[copy, *(counts.get(name) for name in names)] for copy, counts in known.items()]


def shown(value: Any) -> str:
    """A cell for people: numbers with separators."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _aligned(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    pairs = zip(texts, widths, right, strict=True)
    return "  ".join(text.rjust(width) if number else text.ljust(width) for text, width, number in pairs).rstrip()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else exact(str(value), CELL)
