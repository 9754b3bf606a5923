"""A suite as a Slack message: that it began with which runs, and its verdict in place of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import bullets, context, escape, grid, plain
from flink_chaos.report.slack import COLOURS, REASON, SIGNS, framed
from flink_chaos.report.suite import suite_table

if TYPE_CHECKING:
    from flink_chaos.model.suite import SuiteLine, SuitePlan, SuiteVerdict


def suite_begun(plan: SuitePlan, *, link: str | None = None) -> dict[str, Any]:
    """Arguments of `chat.postMessage` for a suite that begins: text, blocks and attachments."""
    title = f"Running: suite {plan.suite}, {len(plan.runs)} runs"
    told = grid("Runs", ["run", "fault"], [[run.name, run.fault] for run in plan.runs])
    source = _source(plan, link)
    return framed(title, escape(title), SIGNS[Outcome.PLANNED], COLOURS[Outcome.PLANNED], [told, source])


def suite_message(verdict: SuiteVerdict, *, link: str | None = None) -> dict[str, Any]:
    """The verdict on all runs at once."""
    passed = sum(line.outcome is Outcome.PASS for line in verdict.lines)
    title = f"{verdict.outcome}: suite {verdict.suite}, {passed} of {len(verdict.lines)} passed"
    failed = [f"• *{plain(line.name, REASON)}*: {plain('; '.join(line.reasons), REASON)}" for line in _bad(verdict)]
    told = [grid("Runs", *suite_table(verdict)), *([bullets("Why", failed)] if failed else []), _source(verdict, link)]
    return framed(title, escape(title), SIGNS[verdict.outcome], COLOURS[verdict.outcome], told)


def _bad(verdict: SuiteVerdict) -> list[SuiteLine]:
    return [line for line in verdict.lines if line.outcome is not Outcome.PASS]


def _source(of: SuitePlan | SuiteVerdict, link: str | None) -> dict[str, Any]:
    page = [f"<{escape(link)}|open in Airflow>"] if link else []
    return context("  |  ".join([f"suite `{of.suite_key}`, {plain(of.run_id, REASON)}", *page]))
