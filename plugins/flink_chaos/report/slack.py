"""A run as a Slack message: that it began, its verdict in place of that, and everything else in the thread below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import bullets, clip, context, escape, grid, header, plain, section, within
from flink_chaos.report.numbers import numbers
from flink_chaos.report.proof import in_words, offending
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
JUDGED = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE)
"""Outcomes that say something of the contract."""

FINDINGS = 3
REASON = 300
"""Characters of one reason."""


def begun(plan: RunPlan, *, link: str | None = None) -> dict[str, Any]:
    """Arguments of `chat.postMessage` for a run that has its lock and begins: text, blocks and attachments."""
    title = f"Running: {plan.deed} in {plan.pipeline.name}"
    blocks = [context(_setting(plan)), context(_run(plan.run_key, plan.run_id, plan.attempt, link))]
    return _message(title, escape(clip(title, REASON)), SIGNS[Outcome.PLANNED], COLOURS[Outcome.PLANNED], blocks)


def message(
    plan: RunPlan, verdict: Verdict, *, stored: str, link: str | None = None, green: Verdict | None = None
) -> dict[str, Any]:
    """The verdict at a glance: why, what of the contract broke, the numbers beside the control's and the last green's.

    `stored` is where the run's record is, `link` its page in Airflow, `green` the last run of the test that passed.
    """
    title = f"{verdict.outcome}: {plan.deed} in {plan.pipeline.name}"
    text = escape(clip(" - ".join([title, *(" ".join(reason.split()) for reason in verdict.reasons)]), REASON))
    run = _run(verdict.run_key, verdict.run_id, verdict.attempt, link)
    source = context(f"{run}  |  stored in `{plain(stored, REASON)}`")
    blocks = [*_told(plan, verdict, green), source]
    return _message(title, text, SIGNS[verdict.outcome], COLOURS[verdict.outcome], blocks)


def details(verdict: Verdict) -> dict[str, Any] | None:
    """What stands in the thread: every line of the contract, the counts, the first offenders and the report's tables.

    None where nothing was judged and nothing counted.
    """
    told = list(_detailed(verdict))
    tables = [grid(name, *_columns_and_rows(rows)) for name, rows in verdict.tables.items()]
    shown = [*told, *within(tables, beside=told, what="table")]
    text = f"Details of run {verdict.run_key}"
    return (
        {"text": text, "attachments": [{"color": COLOURS[verdict.outcome], "fallback": text, "blocks": shown}]}
        if shown
        else None
    )


def _message(title: str, text: str, sign: str, colour: str, blocks: list[Block]) -> dict[str, Any]:
    return {
        "text": text,
        "blocks": [header(f"{sign} {title}")],
        "attachments": [{"color": colour, "fallback": text, "blocks": blocks}],
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


def _told(plan: RunPlan, verdict: Verdict, green: Verdict | None) -> Iterator[Block]:
    yield context(_setting(plan))
    reasons = [f"• {plain(reason, REASON)}" for reason in verdict.reasons if not _is_a_line(reason, verdict)]
    if reasons:
        yield bullets("Why", reasons)
    if verdict.outcome in JUDGED:
        kept = sum(line.ok is True for line in verdict.lines)
        broken = [_line(line, verdict.outcome) for line in verdict.lines if not line.ok]
        title = f"Contract {verdict.contract}: {kept} of {len(verdict.lines)} demands met"
        yield bullets(title, broken) if broken else section(f"*{title}*")
        yield grid("Against control and last green", *numbers(verdict, green))
    if verdict.findings:
        yield bullets("First offending record", [f"• {plain(in_words(verdict.findings[0]), REASON)}"])


def _detailed(verdict: Verdict) -> Iterator[Block]:
    if verdict.outcome in JUDGED:
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


def _run(run_key: str, run_id: str, attempt: int, link: str | None) -> str:
    run = f"run `{run_key}`, {plain(run_id, REASON)}, attempt {attempt}"
    return "  |  ".join([run, *([f"<{escape(link)}|open in Airflow>"] if link else [])])
