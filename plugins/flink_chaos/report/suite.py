"""The verdict of a suite as text: one message for all its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.text import TEXT, one_line
from flink_chaos.report.repeated import repeated_table
from flink_chaos.report.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.suite import SuiteLine, SuiteVerdict

COLUMNS = ("run", "fault", "differs", "outcome", "duration", "reasons")
REASON_LENGTH = 160


def render_suite(verdict: SuiteVerdict) -> str:
    """Outcome, a table of the runs and one of what repetitions tell, for a terminal, a task log or a message."""
    return "\n".join(_lines(verdict))


def _lines(verdict: SuiteVerdict) -> Iterator[str]:
    passed = sum(line.outcome == "PASS" for line in verdict.lines)
    name = f"suite {verdict.suite} {verdict.run_id} #{verdict.attempt} ({verdict.suite_key})"
    yield f"{verdict.outcome}  {one_line(name, TEXT)}, {passed} of {len(verdict.lines)} passed"
    yield ""
    yield from table(COLUMNS, [_cells(line) for line in verdict.lines])
    if verdict.repeated:
        yield ""
        yield from table(*repeated_table(verdict.repeated))


def suite_table(verdict: SuiteVerdict) -> tuple[list[str], list[list[str]]]:
    """Columns and rows for a chat: without the reasons, which need room of their own."""
    return list(COLUMNS[:-1]), [_cells(line)[:-1] for line in verdict.lines]


def _cells(line: SuiteLine) -> list[str]:
    differs = ", ".join(f"{name}={value}" for name, value in sorted(line.differs.items()))
    minutes, seconds = divmod(round(line.seconds or 0), 60)
    duration = "" if line.seconds is None else f"{minutes} min {seconds:02} s"
    reasons = "; ".join(line.reasons)
    short = reasons if len(reasons) <= REASON_LENGTH else reasons[: REASON_LENGTH - 3] + "..."
    return [f"{line.name} {line.run_key}".strip(), line.fault, differs, line.outcome, duration, short]
