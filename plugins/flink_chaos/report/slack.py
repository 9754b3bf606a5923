"""A run as a Slack message: that it began, its verdict in place of that, and everything else in the thread below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import bullets, clip, context, escape, grid, header, plain, section, within
from flink_chaos.report.numbers import numbers
from flink_chaos.report.proof import in_words, offending
from flink_chaos.report.recovery import SPAN_COLUMNS, debt_rows, headline, span_rows
from flink_chaos.report.selftest import selftest_line
from flink_chaos.report.table import by_copy, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.facts import Evidence
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.verdict import Line, Verdict
    from flink_chaos.report.blocks import Block
    from flink_chaos.store.history import Green

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

FAULT = ":zap:"
FINDINGS = 10
SPANS = ("phase", "completed", "failed", "median s", "longest s", "why they failed")
"""Of the columns of a report, those that fit into a message."""

REASON = 300
"""Characters of one reason."""


def begun(plan: RunPlan, *, link: str | None = None) -> dict[str, Any]:
    """Arguments of `chat.postMessage` for a run that has its lock and begins: text, blocks and attachments."""
    title = f"Running: {plan.deed} in {plan.pipeline.name}"
    blocks = [context(_setting(plan)), context(_run(plan.run_key, plan.run_id, plan.attempt, link))]
    return framed(title, plain(title, REASON), SIGNS[Outcome.PLANNED], COLOURS[Outcome.PLANNED], blocks)


def struck(plan: RunPlan, evidence: Evidence, *, link: str | None = None) -> dict[str, Any]:
    """As `begun`, once the fault was felt."""
    title = f"Fault felt: {plan.deed} in {plan.pipeline.name}"
    told = section(f"{plain(evidence.message, REASON)} (known at {evidence.at:%H:%M:%S} UTC)")
    blocks = [context(_setting(plan)), told, context(_run(plan.run_key, plan.run_id, plan.attempt, link))]
    return framed(title, plain(title, REASON), FAULT, COLOURS[Outcome.PLANNED], blocks)


def message(
    plan: RunPlan, verdict: Verdict, *, stored: str, link: str | None = None, green: Green | None = None
) -> dict[str, Any]:
    """The verdict at a glance: why, what of the contract broke, the numbers beside the control's and the last green's.

    `stored` is where the run's record is, `link` its page in Airflow, `green` the last run of the test that passed
    and what was another build in it.
    """
    title = f"{verdict.outcome}: {plan.deed} in {plan.pipeline.name}"
    text = plain(" - ".join([title, *verdict.reasons]), REASON)
    run = _run(verdict.run_key, verdict.run_id, verdict.attempt, link)
    source = context(f"{run}  |  stored in `{plain(stored, REASON)}`")
    blocks = [*_told(plan, verdict, green), source]
    return framed(title, text, SIGNS[verdict.outcome], COLOURS[verdict.outcome], blocks)


def details(verdict: Verdict) -> dict[str, Any] | None:
    """What stands in the thread: every line of the contract, the counts, the first offenders, the recovery and the
    report's tables. None where nothing was judged and nothing counted.
    """
    told = list(_detailed(verdict))
    tables = [grid(name, *_columns_and_rows(rows)) for name, rows in verdict.tables.items()]
    shown = [*told, *within([*_recovery(verdict), *tables], beside=told, what="table")]
    text = plain(f"Details of run {verdict.run_key}", REASON)
    attachment = {"color": COLOURS[verdict.outcome], "fallback": text, "blocks": shown}
    return {"text": text, "attachments": [attachment]} if shown else None


def framed(title: str, text: str, sign: str, colour: str, blocks: list[Block]) -> dict[str, Any]:
    """A headline, and blocks beside a bar of that colour; `text` is for notifications."""
    return {
        "text": text,
        "blocks": [header(f"{sign} {title}")],
        "attachments": [{"color": colour, "fallback": text, "blocks": blocks}],
    }


def _told(plan: RunPlan, verdict: Verdict, green: Green | None) -> Iterator[Block]:
    yield context(_setting(plan))
    reasons = [f"• {plain(reason, REASON)}" for reason in verdict.reasons if not _is_a_line(reason, verdict)]
    if reasons:
        yield bullets("Why", reasons)
    if verdict.outcome in JUDGED:
        kept = sum(line.ok is True for line in verdict.lines)
        broken = [_line(line, verdict.outcome) for line in verdict.lines if not line.ok]
        title = f"Contract {verdict.contract}: {kept} of {len(verdict.lines)} demands met"
        yield bullets(title, broken) if broken else section(f"*{title}*")
        build = f" ({clip('; '.join(green.differs), REASON)})" if green and green.differs else ""
        yield grid(f"Against control and last green{build}", *numbers(verdict, green.verdict if green else None))
    if verdict.findings:
        yield bullets("First offending record", [f"• {plain(in_words(verdict.findings[0]), REASON)}"])


def _detailed(verdict: Verdict) -> Iterator[Block]:
    if verdict.outcome in JUDGED:
        yield bullets(f"Contract {verdict.contract}", [_line(line, verdict.outcome) for line in verdict.lines])
    if verdict.notes:
        yield context(plain("; ".join(verdict.notes), REASON))
    if any(verdict.counts.values()):
        yield grid("Records by id", *by_copy(verdict.counts))
    if verdict.self_test:
        yield context(plain(selftest_line(verdict.self_test), REASON))
    if verdict.findings:
        yield grid("First offending records", *offending("chaos", verdict.findings[:FINDINGS]))


def _recovery(verdict: Verdict) -> Iterator[Block]:
    if verdict.recovery:
        marks = [[mark.name, f"{mark.seconds:.1f}", mark.seen] for mark in verdict.recovery.marks]
        yield grid("Recovery", ["mark", "s after the fault", "seen by"], marks)
        figures = [*headline(verdict.recovery), *debt_rows(verdict.recovery)]
        yield grid("Recovery in numbers", ["what", "how much"], figures)
        spans = [dict(zip(SPAN_COLUMNS, row, strict=True)) for row in span_rows(verdict.recovery)]
        yield grid("Checkpoints", SPANS, [[shown(span[name]) for name in SPANS] for span in spans])


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
    run = f"run `{plain(run_key, REASON)}`, {plain(run_id, REASON)}, attempt {attempt}"
    return "  |  ".join([run, *([f"<{escape(link)}|open in Airflow>"] if link else [])])
