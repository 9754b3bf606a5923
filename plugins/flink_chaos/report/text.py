"""A verdict as text."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from flink_chaos.model.text import LINE, TEXT, json_escaped, one_line, some_lines
from flink_chaos.report.proof import findings_table
from flink_chaos.report.recovery import headline
from flink_chaos.report.selftest import selftest_line
from flink_chaos.report.table import by_copy, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.verdict import Verdict


TABLES = 50
MISSING = object()
MARKS = {True: "ok", False: "BROKEN", None: "-"}


def render(verdict: Verdict) -> str:
    """The verdict with reasons, contract, counts and tables, as lines for a terminal or a task log."""
    return "\n".join(_lines(verdict))


def as_json(verdict: Verdict) -> str:
    """As it is stored, with JSON's escapes for what acts on a terminal; docs/verdict.schema.json says what is in it."""
    return json_escaped(verdict.model_dump_json(indent=2))


def compared(verdict: Verdict, stored: str | None) -> str:
    """Whether a verdict that was made again is the text of verdict.json, to the byte; else the fields that differ."""
    if stored is None:
        return "no verdict is stored yet"
    again = verdict.model_dump_json(indent=2) + "\n"
    if again == stored:
        return "the stored verdict is the same"
    try:
        names = list(_differing(json.loads(again), json.loads(stored)))
    except (ValueError, RecursionError):
        return "the stored verdict is damaged"
    return f"the stored verdict differs in: {', '.join(names) or 'nothing but how it is written'}"


def _differing(again: Any, before: Any, name: str = "") -> Iterator[str]:
    """Names of the innermost fields; lists of other lengths differ as a whole."""
    if isinstance(again, dict) and isinstance(before, dict):
        for key in {**again, **before}:
            yield from _differing(again.get(key, MISSING), before.get(key, MISSING), f"{name}.{key}".lstrip("."))
    elif isinstance(again, list) and isinstance(before, list) and len(again) == len(before):
        for number, pair in enumerate(zip(again, before, strict=True)):
            yield from _differing(*pair, f"{name}.{number}")
    elif again != before:
        yield name


def _lines(verdict: Verdict) -> Iterator[str]:
    run = f"{verdict.dag_id} {verdict.run_id} #{verdict.attempt} ({verdict.run_key})"
    yield one_line(f"{verdict.outcome}  {run}, {verdict.contract}", TEXT)
    yield from (f"  - {reason}" for reason in some_lines(verdict.reasons))
    yield from (f"  {note}" for note in some_lines(verdict.notes))
    if verdict.self_test:
        yield f"  {one_line(selftest_line(verdict.self_test), TEXT)}"
    yield ""
    yield from table(["contract", "", "demanded", "seen"], [_mark(line) for line in verdict.lines])
    if any(verdict.counts.values()):
        yield ""
        yield from table(*by_copy(verdict.counts))
    if verdict.recovery:
        yield ""
        yield from (f"{name:16}{told}" for name, told in headline(verdict.recovery))
    if verdict.findings:
        yield ""
        yield from findings_table("chaos", verdict.findings)
    for name, rows in islice(verdict.tables.items(), TABLES):
        yield ""
        yield one_line(name, LINE)
        yield from table(list(rows[0]) if rows else ["(empty)"], [list(row.values()) for row in rows])


def _mark(line: Any) -> list[str]:
    return [line.name, MARKS[line.ok], line.demanded, line.seen]
