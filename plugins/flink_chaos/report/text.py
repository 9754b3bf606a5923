"""A verdict as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flink_chaos.model.verdict import Verdict

LINE = 110
"""Width of a rule, in characters: reasons are longer than a terminal is wide."""

MARKS = {True: "ok", False: "BROKEN", None: "-"}


def render(verdict: Verdict) -> str:
    """The verdict with reasons, contract, counts and tables, as lines for a terminal or a task log."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    run = f"{verdict.dag_id} {verdict.run_id} #{verdict.attempt} ({verdict.run_key})"
    yield f"{verdict.outcome}  {run}, {verdict.contract}"
    yield from (f"  - {reason}" for reason in verdict.reasons)
    yield ""
    yield from table(["contract", "", "demanded", "seen"], [_mark(line) for line in verdict.lines])
    if verdict.counts and any(verdict.counts.values()):
        yield ""
        names = list(next(counts for counts in verdict.counts.values() if counts))
        yield from table(
            ["copy", *names], [[copy, *counts.values()] for copy, counts in verdict.counts.items() if counts]
        )
    for name, rows in verdict.tables.items():
        yield ""
        yield name
        yield from table(list(rows[0]) if rows else ["(empty)"], [list(row.values()) for row in rows])


def _mark(line: Any) -> list[str]:
    return [line.name, MARKS[line.ok], line.demanded, line.seen]


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Rows under their columns, numbers and their names to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *cells, strict=True)]
    right = [isinstance(value, int | float) for value in rows[0]] if rows else [False] * len(columns)
    yield _aligned(columns, widths, right)
    yield "  ".join("-" * width for width in widths)[:LINE]
    for row, values in zip(cells, rows, strict=True):
        yield _aligned(row, widths, [isinstance(value, int | float) for value in values])


def _aligned(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    pairs = zip(texts, widths, right, strict=True)
    return "  ".join(text.rjust(width) if number else text.ljust(width) for text, width, number in pairs).rstrip()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else str(value)
