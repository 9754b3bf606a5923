"""From the facts of a run to its verdict.

ABORTED: the run did not come to its end. INCONCLUSIVE: a cause outside the chaos application, so that no PASS and no
FAIL could be trusted. FAIL: the contract is broken. PASS: everything was demanded, and everything was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import Counts, RecordProof
from flink_chaos.model.facts import LOCK_LOST, SelfTest, StepFailed, Table
from flink_chaos.model.observation import Observation
from flink_chaos.model.verdict import Outcome, Verdict
from flink_chaos.verdict.bounds import bound_notes
from flink_chaos.verdict.comparison_doubts import comparison_notes
from flink_chaos.verdict.contract import contract_lines
from flink_chaos.verdict.doubts import doubts
from flink_chaos.verdict.recovery import recovery
from flink_chaos.verdict.restarts import restart_notes
from flink_chaos.verdict.running_doubts import running_notes

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.verdict import Line


def judge(plan: RunPlan, journal: Journal, observation: Observation | None = None) -> Verdict:
    """Return the verdict; the same facts and samples always give the same one."""
    found = recovery(plan, journal, observation or Observation())
    lines = contract_lines(plan, journal, found)
    outcome, reasons = _outcome(plan, journal, lines)
    return Verdict(
        run_key=plan.run_key,
        dag_id=plan.dag_id,
        run_id=plan.run_id,
        attempt=plan.attempt,
        outcome=outcome,
        contract=plan.request.demanded,
        reasons=reasons,
        lines=lines,
        notes=[
            *bound_notes(plan),
            *comparison_notes(plan, journal),
            *restart_notes(plan, journal),
            *running_notes(plan, journal),
        ],
        tables={t.name: [dict(zip(t.columns, row, strict=True)) for row in t.rows] for t in journal.all(Table)},
        recovery=found,
        counts={copy: _counts(journal, copy) for copy in Copy},
        self_test=journal.last(SelfTest),
        findings=proof.findings if (proof := journal.last(RecordProof, copy_=Copy.CHAOS)) else [],
    )


def _outcome(plan: RunPlan, journal: Journal, lines: list[Line]) -> tuple[Outcome, list[str]]:
    if plan.request.dry_run:
        return Outcome.PLANNED, ["dry run: planned, nothing touched"]
    failures = sorted(journal.all(StepFailed), key=lambda fact: fact.step != LOCK_LOST)
    if failures:
        return Outcome.ABORTED, [f"{fact.step}: {fact.message}" for fact in failures]
    unsure = doubts(plan, journal) or [f"{line.name}: {line.seen}" for line in lines if line.ok is None]
    broken = [f"{line.name}: {line.seen}; demanded: {line.demanded}" for line in lines if line.ok is False]
    if unsure:
        return Outcome.INCONCLUSIVE, unsure + broken
    if broken:
        return Outcome.FAIL, broken
    return Outcome.PASS, [f"{line.name}: {line.seen}" for line in lines]


def _counts(journal: Journal, copy: Copy) -> dict[str, int]:
    counts = journal.last(Counts, copy_=copy)
    return counts.model_dump(exclude={"at", "clock", "kind", "copy_"}, exclude_none=True) if counts else {}
