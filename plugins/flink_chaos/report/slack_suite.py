"""A suite as a Slack message: that it began with which runs, and its verdict in place of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import bullets, context, escape, grid, plain, within
from flink_chaos.report.repeated import repeated_table
from flink_chaos.report.slack import COLOURS, REASON, SIGNS, framed
from flink_chaos.report.suite import suite_table

if TYPE_CHECKING:
    from flink_chaos.model.suite import SuiteLine, SuitePlan, SuiteVerdict


def suite_begun(plan: SuitePlan, *, link: str | None = None) -> dict[str, Any]:
    """Arguments of `chat.postMessage` for a suite that begins: text, blocks and attachments."""
    title = f"Running: suite {plan.suite}, {len(plan.runs)} runs"
    told = grid("Runs", ["run", "fault"], [[run.name, run.fault] for run in plan.runs])
    source = _source(plan, link)
    return framed(title, plain(title, REASON), SIGNS[Outcome.PLANNED], COLOURS[Outcome.PLANNED], [told, source])


def suite_message(verdict: SuiteVerdict, *, link: str | None = None) -> dict[str, Any]:
    """The verdict on all runs at once, and what repetitions tell together."""
    passed = sum(line.outcome is Outcome.PASS for line in verdict.lines)
    title = f"{verdict.outcome}: suite {verdict.suite}, {passed} of {len(verdict.lines)} passed"
    failed = [f"• *{plain(line.name, REASON)}*: {plain('; '.join(line.reasons), REASON)}" for line in _bad(verdict)]
    told = [grid("Runs", *suite_table(verdict)), *([bullets("Why", failed)] if failed else [])]
    repeated = [grid("Repetitions", *repeated_table(verdict.repeated))] if verdict.repeated else []
    source = _source(verdict, link)
    shown = [*told, *within(repeated, beside=[*told, source], what="table"), source]
    return framed(title, plain(title, REASON), SIGNS[verdict.outcome], COLOURS[verdict.outcome], shown)


def _bad(verdict: SuiteVerdict) -> list[SuiteLine]:
    return [line for line in verdict.lines if line.outcome is not Outcome.PASS]


def _source(of: SuitePlan | SuiteVerdict, link: str | None) -> dict[str, Any]:
    page = [f"<{escape(link)}|open in Airflow>"] if link else []
    return context("  |  ".join([f"suite `{plain(of.suite_key, REASON)}`, {plain(of.run_id, REASON)}", *page]))
