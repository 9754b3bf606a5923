"""A verdict as a Slack message: a headline, then an attachment whose colour tells the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import bullets, clip, context, escape, grid, header, plain, within
from flink_chaos.report.proof import offending
from flink_chaos.report.selftest import selftest_line
from flink_chaos.report.suite import suite_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.suite import SuiteLine, SuiteVerdict
    from flink_chaos.model.verdict import Line, Verdict
    from flink_chaos.report.blocks import Block

COLOURS = {
    Outcome.PASS: "#2eb67d",
    Outcome.FAIL: "#e01e5a",
    Outcome.INCONCLUSIVE: "#ecb22e",
    Outcome.ABORTED: "#7d6b91",
    Outcome.PLANNED: "#9e9ea6",
}
SIGNS = {
    Outcome.PASS: ":white_check_mark:",
    Outcome.FAIL: ":x:",
    Outcome.INCONCLUSIVE: ":warning:",
    Outcome.ABORTED: ":octagonal_sign:",
    Outcome.PLANNED: ":memo:",
}
FINDINGS = 3
REASON = 300
"""Characters of one reason."""


def message(plan: RunPlan, verdict: Verdict, *, stored: str, link: str | None = None) -> dict[str, Any]:
    """Arguments of `chat.postMessage`: text for notifications, blocks and attachments.

    `stored` is where the run's record is, `link` its page in Airflow.
    """
    title = f"{verdict.outcome}: {plan.deed} in {plan.pipeline.name}"
    text = escape(clip(" - ".join([title, *(" ".join(reason.split()) for reason in verdict.reasons)]), REASON))
    told, source = list(_told(plan, verdict)), context(_source(verdict, stored, link))
    tables = [grid(name, *_columns_and_rows(rows)) for name, rows in verdict.tables.items()]
    shown = within(tables, beside=[*told, source], what="table")
    return {
        "text": text,
        "blocks": [header(f"{SIGNS[verdict.outcome]} {title}")],
        "attachments": [{"color": COLOURS[verdict.outcome], "fallback": text, "blocks": [*told, *shown, source]}],
    }


def suite_message(verdict: SuiteVerdict, *, link: str | None = None) -> dict[str, Any]:
    """As `message`, for all runs of a suite at once."""
    columns, rows = suite_table(verdict)
    passed = sum(line.outcome is Outcome.PASS for line in verdict.lines)
    title = f"{verdict.outcome}: suite {verdict.suite}, {passed} of {len(verdict.lines)} passed"
    failed = [f"• *{plain(line.name, REASON)}*: {plain('; '.join(line.reasons), REASON)}" for line in _bad(verdict)]
    told = [grid("Runs", columns, rows), *([bullets("Why", failed)] if failed else [])]
    page = [f"<{escape(link)}|open in Airflow>"] if link else []
    source = context("  |  ".join([f"suite `{verdict.suite_key}`, {plain(verdict.run_id, REASON)}", *page]))
    return {
        "text": escape(title),
        "blocks": [header(f"{SIGNS[verdict.outcome]} {title}")],
        "attachments": [{"color": COLOURS[verdict.outcome], "fallback": escape(title), "blocks": [*told, source]}],
    }


def _bad(verdict: SuiteVerdict) -> list[SuiteLine]:
    return [line for line in verdict.lines if line.outcome is not Outcome.PASS]


def _told(plan: RunPlan, verdict: Verdict) -> Iterator[Block]:
    yield context(_setting(plan))
    reasons = [f"• {plain(reason, REASON)}" for reason in verdict.reasons if not _is_a_line(reason, verdict)]
    if reasons:
        yield bullets("Why", reasons)
    if verdict.outcome not in (Outcome.ABORTED, Outcome.PLANNED):
        yield bullets(f"Contract {verdict.contract}", [_line(line, verdict.outcome) for line in verdict.lines])
    counted = {copy: counts for copy, counts in verdict.counts.items() if counts}
    if counted:
        names = list(next(iter(counted.values())))
        yield grid("Records by id", ["copy", *names], [[copy, *counts.values()] for copy, counts in counted.items()])
    if verdict.self_test:
        yield context(plain(selftest_line(verdict.self_test), REASON))
    if verdict.findings:
        yield grid("First offending records", *offending("chaos", verdict.findings[:FINDINGS]))


def _setting(plan: RunPlan) -> str:
    request = plan.request
    told = [
        f"sink {request.delivery_guarantee}",
        f"{request.data_count_to_load:,} records at {request.records_per_second:,}/s",
        f"checkpoint every {request.checkpoint_interval_seconds} s",
        f"environment {plan.environment.name}",
    ]
    return "  |  ".join(plain(part, REASON) for part in told)


def _is_a_line(reason: str, verdict: Verdict) -> bool:
    """A PASS and a FAIL rest on contract lines, which are told anyway."""
    return any(reason.startswith(f"{line.name}: {line.seen}") for line in verdict.lines)


def _line(line: Line, outcome: Outcome) -> str:
    """Only a FAIL says that the application broke its contract."""
    broken = SIGNS[outcome] if outcome is Outcome.FAIL else ":grey_question:"
    sign = {True: SIGNS[Outcome.PASS], False: broken, None: ":grey_question:"}[line.ok]
    demanded = "" if line.ok else f" (demanded: {plain(line.demanded, REASON)})"
    return f"{sign}  *{plain(line.name, REASON)}*: {plain(line.seen, REASON)}{demanded}"


def _columns_and_rows(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    return (list(rows[0]) if rows else ["(empty)"]), [list(row.values()) for row in rows]


def _source(verdict: Verdict, stored: str, link: str | None) -> str:
    run = f"run `{verdict.run_key}`, {plain(verdict.run_id, REASON)}, attempt {verdict.attempt}"
    page = [f"<{escape(link)}|open in Airflow>"] if link else []
    return "  |  ".join([run, *page, f"stored in `{plain(stored, REASON)}`"])
