"""A verdict as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.report.proof import findings_table
from flink_chaos.report.recovery import headline
from flink_chaos.report.selftest import selftest_line
from flink_chaos.report.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.verdict import Verdict


MARKS = {True: "ok", False: "BROKEN", None: "-"}


def render(verdict: Verdict) -> str:
    """The verdict with reasons, contract, counts and tables, as lines for a terminal or a task log."""
    return "\n".join(_lines(verdict))


def as_json(verdict: Verdict) -> str:
    """As it is stored; docs/verdict.schema.json says what is in it."""
    return verdict.model_dump_json(indent=2)


def compared(verdict: Verdict, stored: Verdict) -> str:
    """Whether a verdict that was made again is the stored one, to the byte; else what differs."""
    if verdict.model_dump_json() == stored.model_dump_json():
        return "the stored verdict is the same"
    again, before = verdict.model_dump(), stored.model_dump()
    return f"the stored verdict differs in: {', '.join(name for name in again if again[name] != before[name])}"


def _lines(verdict: Verdict) -> Iterator[str]:
    run = f"{verdict.dag_id} {verdict.run_id} #{verdict.attempt} ({verdict.run_key})"
    yield f"{verdict.outcome}  {run}, {verdict.contract}"
    yield from (f"  - {reason}" for reason in verdict.reasons)
    if verdict.self_test:
        yield f"  {selftest_line(verdict.self_test)}"
    yield ""
    yield from table(["contract", "", "demanded", "seen"], [_mark(line) for line in verdict.lines])
    if verdict.counts and any(verdict.counts.values()):
        yield ""
        names = list(next(counts for counts in verdict.counts.values() if counts))
        yield from table(
            ["copy", *names], [[copy, *counts.values()] for copy, counts in verdict.counts.items() if counts]
        )
    if verdict.recovery:
        yield ""
        yield from (f"{name:16}{told}" for name, told in headline(verdict.recovery))
    if verdict.findings:
        yield ""
        yield from findings_table("chaos", verdict.findings)
    for name, rows in verdict.tables.items():
        yield ""
        yield name
        yield from table(list(rows[0]) if rows else ["(empty)"], [list(row.values()) for row in rows])


def _mark(line: Any) -> list[str]:
    return [line.name, MARKS[line.ok], line.demanded, line.seen]
