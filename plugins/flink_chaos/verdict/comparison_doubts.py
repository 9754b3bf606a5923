"""Why a comparison may prove nothing: no control, a control that breaks the demands itself, one method alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.comparison_facts import Counts, RecordProof, SourceProof
from flink_chaos.model.facts import OpenTransactions, Table
from flink_chaos.model.pipeline import PROVABLE
from flink_chaos.verdict.agreement import disagreements, proved
from flink_chaos.verdict.findings import is_broken, number
from flink_chaos.verdict.measures import delay_seconds
from flink_chaos.verdict.open_files import still_written
from flink_chaos.verdict.restarts import unplanned_restart, went_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan


def comparison_doubts(plan: RunPlan, journal: Journal) -> list[str]:
    """Return every reason, whatever the fault: one that hits both copies leaves no control either."""
    found = (_control(plan, journal), _source(plan, journal), _one_method(plan, journal), _agreement(journal))
    return [*(reason for reasons in found for reason in reasons), *disagreements(journal, proved(journal))]


def comparison_notes(plan: RunPlan, journal: Journal) -> list[str]:
    """What the reader should know of how far the comparison goes."""
    output, counts = plan.pipeline.output, journal.last(Counts, copy_=Copy.CHAOS)
    if counts is None:
        return []
    missing = [copy.value for copy in Copy if not journal.last(RecordProof, copy_=copy)]
    notes = {
        "no values were compared: the profile names no column that must be equal": not output.compared,
        "compared with the stable copy alone: what both copies lack is not seen; `output.each_once: true` demands each "
        "loaded record": not output.each_once,
        f"by Flink SQL alone, as `output.sql_alone` allows: no record proof of {', '.join(missing)}": bool(
            missing and output.sql_alone
        ),
    }
    return [note for note, told in notes.items() if told]


def _control(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """What the stable copy lacks, the pipeline or the machine lacks: no demand that it breaks may be made."""
    counts = journal.last(Counts, copy_=Copy.STABLE)
    if counts is None:
        yield "stable copy: not counted"
        return
    from_the_end = plan.request.offsets == "to-latest"
    if counts.lost or (counts.extra and from_the_end):
        yield f"stable copy: {counts.lost:,} lost and {counts.extra:,} extra without any fault"
    if counts.older and from_the_end:
        yield f"stable copy: {counts.older:,} records are not of this run, which began at the end of its topics"
    if counts.records == counts.older:
        yield "stable copy: it wrote no record of this run: nothing to compare with"
    elif plan.pipeline.output.each_once:
        yield from _not_each_once(plan, journal)
    yield from _late_control(plan, journal)
    if not went_on(journal, Copy.STABLE):
        yield from _hurt_control(plan, journal)
    if plan.pipeline.output.order and (reordered := number(journal, Copy.STABLE, "reordered")):
        yield f"stable copy: {reordered:,} ids reordered without any fault: the application keeps no order"


def _late_control(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Bounds and transactions that the control does not keep either: what both suffer no fault of one has done."""
    bound, delays = plan.contract.number("delay_p99_seconds"), [delay_seconds(journal, copy) for copy in Copy]
    if bound is not None and all(delay is not None and delay > bound for delay in delays):
        yield f"both copies deliver 99 of 100 ids later than the {bound:g} s that are demanded, the stable one as well"
    open_ones = journal.last(OpenTransactions, copy_=Copy.STABLE)
    if open_ones and sum(open_ones.behind.values()):
        yield f"stable copy: {sum(open_ones.behind.values()):,} records are behind an open transaction"


def _hurt_control(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """A control that was started again, by whatever, may lack or repeat records itself: only the loader can tell."""
    why = unplanned_restart(plan, journal, Copy.STABLE) or "the stable copy's job: nobody saw whether it went on"
    if not plan.pipeline.output.each_once:
        yield f"{why}; what it should have written cannot be told unless `output.each_once` is true of the application"
    elif number(journal, Copy.STABLE, "repeated") and is_broken(plan, journal):
        yield f"{why}; it has records again itself, and the outputs differ"
    elif any(number(journal, Copy.CHAOS, name) for name in ("changed", "undercounted")):
        yield f"{why}; which copy has the right values nobody can tell: the loader knows numbers only"
    elif plan.pipeline.output.compared and not is_broken(plan, journal):
        yield f"{why}; equal values prove nothing then, as both copies may have lost the same state"


def _not_each_once(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """The loader knows what there must be."""
    loaded = plan.request.data_count_to_load
    counted, repeated, unloaded = (number(journal, Copy.STABLE, name) for name in ("counted", "repeated", "unloaded"))
    if counted is not None and counted != loaded:
        yield (
            f"stable copy: it accounts for {counted:,} of {loaded:,} records: nothing to compare with. If the "
            "application filters or joins, `output.each_once` is not true of it"
        )
    if unloaded:
        yield f"stable copy: {unloaded:,} records have a number that nobody loaded"
    if repeated and plan.request.demanded is Guarantee.EXACTLY_ONCE:
        yield f"stable copy: {repeated:,} records are there again without any fault, though each should come once"


def _source(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """A gap or a double in the source is one in every copy, whatever the fault did."""
    proof = journal.last(SourceProof)
    if proof is None:
        if plan.pipeline.loader.number:
            yield f"the loader's records in {plan.pipeline.topics.source} were not proved"
    elif proof.deliveries.lost or proof.deliveries.surplus:
        found = proof.deliveries
        yield (
            f"the loader did not write each id once: in {proof.topic} {found.lost:,} of {found.expected:,} ids "
            f"are missing, {found.duplicated:,} are there more than once"
        )


def _one_method(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Two ways to the same numbers: one alone may be wrong, and nobody would know."""
    output = plan.pipeline.output
    missing = [copy.value for copy in Copy if not journal.last(RecordProof, copy_=copy)]
    if not missing or output.sql_alone:
        return
    why = f"records of format {output.format} have none" if output.format != PROVABLE else "it was never made"
    remedy = "; `output.sql_alone: true` accepts that" if output.format != PROVABLE else ""
    yield f"one method alone: no record proof of {', '.join(missing)}: {why}{remedy}"


def _agreement(journal: Journal) -> Iterator[str]:
    """The report's sums and the counts by id are two ways to the same numbers of records."""
    newest = {table.name: table for table in journal.all(Table)}
    for copy, column in ((Copy.STABLE, "no_chaos_cnt"), (Copy.CHAOS, "chaos_cnt")):
        counts = journal.last(Counts, copy_=copy)
        for table in newest.values():
            if counts is None or column not in table.columns or still_written(journal, copy):
                continue
            total, by_id = _total(table, column), counts.records if counts.summed is None else counts.summed
            if total != by_id:
                told = "no number" if total is None else f"{total:,}"
                yield f"methods disagree: {table.name} sums {column} to {told}, by id there are {by_id:,}"


def _total(table: Table, column: str) -> int | None:
    """A query of a profile may give anything under that name: None for what cannot be summed."""
    place = table.columns.index(column)
    try:
        return sum(int(row[place] or 0) for row in table.rows)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
