"""report.html: one file that needs nothing else, made of a stored run alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import Evidence, Loaded, OffsetsReset, Preflight
from flink_chaos.model.logs import Logs
from flink_chaos.model.masking import masked_data
from flink_chaos.model.verdict import Outcome
from flink_chaos.report.budget import BUDGETS, MOST_BYTES
from flink_chaos.report.proof import offending
from flink_chaos.report.recovery import SPAN_COLUMNS, bars, debt_rows, difference_row, headline, span_rows
from flink_chaos.report.reproduce import airflow_command, command
from flink_chaos.report.said import said
from flink_chaos.report.selftest import selftest_line
from flink_chaos.report.table import by_copy, shown
from flink_chaos.report.timeline import timeline, zero_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.observation import Observation
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.statistics import Difference
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.report.budget import Budget
    from flink_chaos.store.history import Green

SIGNS = {"PASS": "✓", "FAIL": "✕", "INCONCLUSIVE": "?", "ABORTED": "■", "PLANNED": "…"}
MARKS = {True: ("ok", "✓ ok"), False: ("broken", "✕ broken"), None: ("unknown", "? nobody looked")}


def page(
    plan: RunPlan,
    journal: Journal,
    verdict: Verdict,
    observation: Observation,
    last_green: Green | None = None,
    differences: Sequence[Difference] = (),
    logs: Logs | None = None,
) -> str:
    """The whole page, never above MOST_BYTES; the same records always give the same one."""
    told = _told(plan, journal, verdict, observation, last_green, differences, logs or Logs())
    for budget in BUDGETS:
        text = _template(budget).render(budget=budget, **told)
        if len(text.encode()) <= MOST_BYTES:
            break
    return text


def _told(
    plan: RunPlan,
    journal: Journal,
    verdict: Verdict,
    observation: Observation,
    last_green: Green | None,
    differences: Sequence[Difference],
    logs: Logs,
) -> dict[str, Any]:
    """What the template asks for, by name."""
    evidence, preflight, loaded = journal.last(Evidence), journal.last(Preflight), journal.last(Loaded)
    return {
        "plan": plan,
        "verdict": verdict,
        "sign": SIGNS[verdict.outcome],
        "why": _why(verdict),
        "marks": MARKS,
        "cells": lambda rows: [list(row.values()) for row in rows],
        "counts": by_copy(verdict.counts),
        "proof": by_copy(_proofs(journal)),
        "self_test": selftest_line(verdict.self_test) if verdict.self_test else "",
        "timeline": timeline(observation, verdict.recovery),
        "recovery": verdict.recovery,
        "headline": headline(verdict.recovery) if verdict.recovery else [],
        "bars": bars(verdict.recovery, last_green.verdict.recovery if last_green else None) if verdict.recovery else [],
        "debt": debt_rows(verdict.recovery) if verdict.recovery else [],
        "span_columns": SPAN_COLUMNS,
        "spans": span_rows(verdict.recovery) if verdict.recovery else [],
        "repeated": [difference_row(one) for one in differences],
        "said": said(observation, verdict.recovery, logs, zero_ms(observation, verdict.recovery)),
        "findings": offending("what", verdict.findings),
        "evidence": evidence,
        "preflight": preflight.checks if preflight else [],
        "loaded": loaded,
        "resets": [[r.group, r.topic, r.strategy, str(r.after)] for r in journal.all(OffsetsReset)],
        "settings": masked_data(_settings(plan, observation)) | _compared_with(last_green),
        "command": command(plan),
        "airflow_command": airflow_command(plan),
    }


@cache
def _template(budget: Budget) -> Template:
    """Everything that goes into the page passes the budget, and is escaped after it."""
    found = Environment(
        loader=PackageLoader("flink_chaos.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=budget.seen,
    )
    found.filters |= {"shown": shown, "whole": budget.whole}
    return found.get_template("report.html.j2")


def _why(verdict: Verdict) -> list[str]:
    """A PASS rests on every line of the contract, which is told next."""
    met = f"Each of the {len(verdict.lines)} demands was met, and nothing outside the application gave reason to doubt."
    return [met] if verdict.outcome is Outcome.PASS else verdict.reasons


def _proofs(journal: Journal) -> dict[str, dict[str, int]]:
    """What the topics themselves tell of each copy."""
    found = {copy.value: journal.last(RecordProof, copy_=copy) for copy in Copy}
    return {copy: proof.deliveries.model_dump(exclude_none=True) for copy, proof in found.items() if proof}


def _compared_with(green: Green | None) -> dict[str, dict[str, Any]]:
    """The earlier run beside which this one is shown, and what was another build in it."""
    told = {"run": green.verdict.run_key, "builds": "; ".join(green.differs) or "the same"} if green else {}
    return {"Last green": told}


def _settings(plan: RunPlan, observation: Observation) -> dict[str, dict[str, Any]]:
    """What was decided, group by group."""
    flink = plan.environment.flink
    return {
        "Request": plan.request.model_dump(mode="json", exclude={"flink_configuration", "contract_bounds"}),
        "Fault": dict(plan.fault_values),
        "Flink options": {
            **flink.configuration,
            **plan.pipeline.application.configuration,
            **plan.request.flink_configuration,
        },
        "Versions": {
            "airflow-flink-chaos": plan.package_version,
            "image": flink.image,
            **_digests(observation),
            "flinkVersion": flink.flink_version,
            "Kafka": plan.environment.kafka_bootstrap_servers,
            "storage": plan.environment.storage,
        },
        "Names": {
            "source": plan.pipeline.topics.source,
            **{f"{name}, {copy}": value for copy, own in plan.copies.items() for name, value in _names(own)},
            "engine": plan.engine,
            "lock": plan.lease,
        },
    }


def _digests(observation: Observation) -> dict[str, str]:
    """What the nodes ran: a tag may be another image tomorrow."""
    images = {pod.image for copy in Copy for seen in observation.pods(copy) for pod in seen.pods.values()} - {""}
    return {"image, as it ran": ", ".join(sorted(images))} if images else {}


def _names(own: Any) -> list[tuple[str, str]]:
    return [("deployment", own.deployment), ("group", own.group), ("sink", own.sink)]
