"""The facts without which no run of a kind can be judged: each is listed here once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import Counts, RecordProof, SourceProof
from flink_chaos.model.effect_facts import FaultHit, JobSeen
from flink_chaos.model.facts import (
    CheckpointsSeen,
    Deployed,
    Drained,
    Evidence,
    FaultEnded,
    FaultStarted,
    FilesEnd,
    Loaded,
    LoadStarted,
    OffsetsReset,
    Preflight,
    SavepointTaken,
    Steady,
    Stopped,
    Table,
    TargetsChosen,
    TopicBegin,
    TopicEnd,
)
from flink_chaos.model.pipeline import PROVABLE
from flink_chaos.model.running_facts import Running
from flink_chaos.model.topic_facts import TopicState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.facts import Fact
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan

Required = tuple[str, type["Fact"], dict[str, Any]]
"""In words, its kind, and the values of its fields."""


def missing_facts(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """One line that names every fact that such a run must have and this one has not; none when all are there."""
    missing = [words for words, kind, having in required(plan) if journal.last(kind, **having) is None]
    if missing:
        yield f"not seen: {', '.join(missing)}; whoever had to look was ended before"


def required(plan: RunPlan) -> list[Required]:
    """The facts of a run of this plan, in the order in which they are taken."""
    return [*_before(plan), *_of_fault(plan), *_after(plan), *_compared(plan)]


def _before(plan: RunPlan) -> Iterator[Required]:
    source = plan.pipeline.topics.source
    yield "preflight", Preflight, {}
    yield f"begin of topic {source}", TopicBegin, {"topic": source}
    yield f"settings of topic {source}", TopicState, {"topic": source, "moment": "before"}
    for copy, own in plan.copies.items():
        if not own.files:
            yield f"begin of topic {own.sink}", TopicBegin, {"topic": own.sink}
            yield f"settings of topic {own.sink}", TopicState, {"topic": own.sink, "moment": "before"}
        yield f"offsets of {own.group}", OffsetsReset, {"group": own.group}
        yield f"start of the {copy} copy", Deployed, {"copy_": copy}
        yield f"configuration of the running {copy} copy", Running, {"copy_": copy}
    yield "first record", LoadStarted, {}
    yield "steady state", Steady, {"ok": True}
    yield "job of the stable copy in steady state", JobSeen, {"copy_": Copy.STABLE, "moment": "steady"}


def _of_fault(plan: RunPlan) -> Iterator[Required]:
    if plan.fault.action == "none":
        return
    yield "checkpoints before the fault", CheckpointsSeen, {"copy_": Copy.CHAOS, "moment": "before the fault"}
    yield "job before the fault", JobSeen, {"copy_": Copy.CHAOS, "moment": "before the fault"}
    if plan.fault.action == "litmus":
        yield "target", TargetsChosen, {}
    yield "begin of the fault", FaultStarted, {}
    yield "effect of the fault", FaultHit, {}
    ended: type[Fact] = FaultEnded if plan.fault.action == "litmus" else SavepointTaken
    yield "end of the fault", ended, {}
    yield "evidence of the fault", Evidence, {}


def _after(plan: RunPlan) -> Iterator[Required]:
    yield "end of the load", Loaded, {}
    for copy in plan.copies:
        yield f"end of the lag of the {copy} copy", Drained, {"copy_": copy}
        yield f"stop of the {copy} copy", Stopped, {"copy_": copy}
    yield "job of the stable copy at its end", JobSeen, {"copy_": Copy.STABLE, "moment": "drained"}


def _compared(plan: RunPlan) -> Iterator[Required]:
    for topic in (plan.pipeline.topics.source, *(own.sink for own in plan.copies.values() if not own.files)):
        yield f"settings of topic {topic} after the run", TopicState, {"topic": topic, "moment": "after"}
    for copy, own in plan.copies.items():
        end: Required = (f"end of topic {own.sink}", TopicEnd, {"topic": own.sink})
        yield (f"files of the {copy} copy", FilesEnd, {"copy_": copy}) if own.files else end
    yield "report", Table, {}
    for copy in plan.copies:
        yield f"counts of the {copy} copy", Counts, {"copy_": copy}
    if plan.pipeline.output.format != PROVABLE or plan.pipeline.output.sql_alone:
        return
    for copy in plan.copies:
        yield f"record proof of the {copy} copy", RecordProof, {"copy_": copy}
    if plan.pipeline.loader.number:
        yield "record proof of the loader", SourceProof, {}
