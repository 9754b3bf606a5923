"""Causes outside the chaos application that forbid a PASS and a FAIL alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import UNSEEN, Drained, Evidence, Loaded, Preflight, SelfTest, Steady, Stopped
from flink_chaos.verdict.comparison_doubts import comparison_doubts
from flink_chaos.verdict.effect import effect_doubts
from flink_chaos.verdict.open_files import unseen_output
from flink_chaos.verdict.required import missing_facts
from flink_chaos.verdict.running_doubts import running_doubts
from flink_chaos.verdict.topic_doubts import topic_doubts
from flink_chaos.verdict.trouble_doubts import trouble_doubts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def doubts(plan: RunPlan, journal: Journal) -> list[str]:
    """Return every reason to doubt; none means that the contract may be judged.

    What is missing is told only where nothing else says why the run cannot be judged.
    """
    found = [*_found(plan, journal)]
    return found or [*missing_facts(plan, journal)]


def _found(plan: RunPlan, journal: Journal) -> Iterator[str]:
    fault = (_fault(plan, journal), effect_doubts(plan, journal))
    found = (_before(journal), *fault, _load(plan, journal), _control(journal))
    proof = (_self_test(plan, journal), unseen_output(journal), _unseen(journal), comparison_doubts(plan, journal))
    outside = (topic_doubts(plan, journal), running_doubts(plan, journal), trouble_doubts(plan, journal))
    for reasons in (*found, *proof, *outside):
        yield from reasons


def _before(journal: Journal) -> Iterator[str]:
    preflight = journal.last(Preflight)
    if preflight is None:
        yield "preflight: never ran"
    else:
        yield from (f"preflight: {c.name}: {c.message}" for c in preflight.checks if c.blocks and not c.ok)
    steady = journal.last(Steady)
    if steady is None or not steady.ok:
        yield f"no steady state before the fault: {steady.message if steady else 'never looked at'}"


def _fault(plan: RunPlan, journal: Journal) -> Iterator[str]:
    evidence = journal.last(Evidence)
    if plan.fault.action == "none":
        return
    if evidence is None or not evidence.felt:
        yield f"the fault was not felt: {evidence.message if evidence else 'no evidence was taken'}"
    elif plan.fault.evidence == "packets_delayed" and evidence.details.get("checkpoints-felt") != "true":
        yield f"the fault was not felt by any checkpoint: {evidence.details.get('checkpoints')}"
    elif evidence.details.get("uncordoned") == "false":
        yield f"node {evidence.details.get('node')} was not uncordoned"


def _unseen(journal: Journal) -> Iterator[str]:
    """Waits that ended because nobody could look: the application may have done all that it should."""
    stopped, evidence = journal.last(Stopped, copy_=Copy.CHAOS), journal.last(Evidence)
    if stopped and stopped.unseen:
        yield f"chaos copy: nobody could look whether it stops: {stopped.message}"
    if evidence and evidence.details.get(UNSEEN) == "true":
        yield f"chaos copy: nobody could look whether it comes back: {evidence.message}"


def _load(plan: RunPlan, journal: Journal) -> Iterator[str]:
    loaded = journal.last(Loaded)
    problem = load_problem(plan, loaded) if loaded else "load: the loader's end was never seen"
    if problem:
        yield problem


def _self_test(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """A test that was never made forbids nothing; one of another version says nothing of this one."""
    test = journal.last(SelfTest)
    if test and test.ok is False and test.version == plan.package_version:
        yield f"the record proof failed its self-test: {test.message}"


def load_problem(plan: RunPlan, loaded: Loaded) -> str:
    """Why the load is not what was planned, empty when it is."""
    wanted = plan.records_to_write
    if loaded.written != wanted:
        return f"load: {loaded.written:,} of {wanted:,} records were written ({loaded.state})"
    # A partition is written in order, flush records last: with any record at all it ends with one of them.
    empty = [partition for partition, end in loaded.end.items() if end <= loaded.begin.get(partition, 0)]
    if plan.pipeline.loader.flush_records and empty:
        return f"load: no record in partitions {empty}: their watermark never moves, so no window can close"
    return ""


def _control(journal: Journal) -> Iterator[str]:
    """The stable copy is to be hurt by nobody, and a fault of all was kept off it: what it lacks, others took."""
    ends = {"drained": journal.last(Drained, copy_=Copy.STABLE), "stopped": journal.last(Stopped, copy_=Copy.STABLE)}
    for name, fact in ends.items():
        if fact is None or not fact.ok:
            yield f"stable copy: {fact.message if fact else f'{name} was never seen'}"
