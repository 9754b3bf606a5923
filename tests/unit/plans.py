"""A plan and the facts of a run that went well, for tests to spoil."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flink_chaos.model.base import Component, Copy
from flink_chaos.model.comparison_facts import Counts, RecordProof, SourceProof
from flink_chaos.model.effect_facts import FaultHit, JobSeen
from flink_chaos.model.facts import (
    Check,
    CheckpointsSeen,
    Deployed,
    Drained,
    Evidence,
    Fact,
    FaultEnded,
    FaultStarted,
    Loaded,
    LoadStarted,
    OffsetsReset,
    Preflight,
    SavepointTaken,
    Steady,
    Stopped,
    Table,
    Target,
    TargetsChosen,
    TopicBegin,
    TopicEnd,
)
from flink_chaos.model.journal import Journal
from flink_chaos.model.plan import RunPlan, plan_run
from flink_chaos.model.proof import Compared, Deliveries
from flink_chaos.model.request import RunRequest
from flink_chaos.model.running_facts import Running
from flink_chaos.model.topic_facts import TopicState
from flink_chaos.profiles.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flink_chaos.model.effect_facts import JobMoment
    from flink_chaos.model.topic_facts import Moment

AT = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS = 200_000


def a_plan(run_id: str = "manual__1", attempt: int = 1, fault: str = "pod_delete", **parameters: Any) -> RunPlan:
    """The plan of a run with the shipped profiles."""
    catalogue = Catalogue()
    chosen = catalogue.fault(fault)
    own = {p.name for p in chosen.parameters} & set(parameters)
    pipeline = catalogue.pipeline(parameters.get("pipeline", "ad_events"))
    return plan_run(
        dag_id=fault,
        run_id=run_id,
        attempt=attempt,
        now=AT,
        version="0",
        request=RunRequest(**{name: value for name, value in parameters.items() if name not in own}),
        environment=catalogue.environment("lab"),
        pipeline=pipeline,
        fault=chosen,
        fault_parameters={name: parameters[name] for name in own},
        scripts={name: catalogue.script(name) for name in pipeline.scripts},
    )


def with_output(plan: RunPlan, **other: Any) -> RunPlan:
    """The same run of an application with another output."""
    output = plan.pipeline.output.model_copy(update=other)
    return plan.model_copy(update={"pipeline": plan.pipeline.model_copy(update={"output": output})})


def counts(copy: Copy, **other: Any) -> Counts:
    """Every record once, unless said otherwise."""
    ids = other.get("ids", RECORDS)
    fields = {"expected": RECORDS, "records": RECORDS, "ids": ids, "counted": ids}
    fields |= dict.fromkeys(("lost", "duplicated", "surplus", "extra"), 0)
    return Counts(at=AT, copy=copy, **(fields | other))


def a_proof(copy: Copy, delay_ms: int | None = None, **other: Any) -> RecordProof:
    """What was read of one copy's topic: every record once, 99 of 100 ids within this delay."""
    return proof_of(counts(copy, **other), delay_p99_ms=delay_ms)


def proof_of(found: Counts, **other: Any) -> RecordProof:
    """A record proof that agrees with the counts by SQL."""
    same = {name: getattr(found, name) for name in Compared.model_fields}
    return RecordProof(at=AT, copy=found.copy_, deliveries=Deliveries(**(same | other)), findings=[], seconds=1)


def a_source_proof(**other: Any) -> SourceProof:
    """The loader wrote each record once."""
    found = proof_of(counts(Copy.STABLE, **other)).deliveries
    return SourceProof(at=AT, topic="ad-events", deliveries=found, findings=[])


def table(stable: int = RECORDS, chaos: int = RECORDS) -> Table:
    """The report with one row."""
    columns = ["valid_status", "no_chaos_cnt", "chaos_cnt", "diff_cnt", "diff_cnt_percentage"]
    return Table(at=AT, name="by valid_status", columns=columns, rows=[[0, stable, chaos, chaos - stable, 0.0]])


def good_facts(plan: RunPlan | None = None) -> list[Fact]:
    """What a run that passes leaves behind, of the shipped pod_delete if none is named."""
    plan = plan or a_plan()
    return [
        Preflight(at=AT, checks=[Check(name="kafka", ok=True, message="")]),
        *prepared(plan),
        Steady(at=AT, ok=True, message="", lag={}, records_per_second=2000),
        job_seen("steady", copy=Copy.STABLE),
        looked("before the fault", latest=3),
        *(_broken(plan) if plan.fault.action != "none" else []),
        looked("drained", latest=9, restored=4),
        Loaded(at=AT, expected=RECORDS, written=RECORDS, state="FINISHED", begin={0: 0}, end={0: RECORDS}),
        *(Drained(at=AT, copy=copy, ok=True, message="lag 0", lag=0) for copy in Copy),
        job_seen("drained", copy=Copy.STABLE),
        *(Stopped(at=AT, copy=copy, ok=True, savepoint="s", message="s") for copy in Copy),
        *ends(plan),
        table(),
        *(counts(copy) for copy in Copy),
        *(a_proof(copy) for copy in Copy),
        a_source_proof().model_copy(update={"topic": plan.pipeline.topics.source}),
    ]


def prepared(plan: RunPlan) -> Iterator[Fact]:
    """What bears the names of a run, before it begins."""
    source = plan.pipeline.topics.source
    for topic in (source, *(own.sink for own in plan.copies.values())):
        yield TopicBegin(at=AT, topic=topic, offsets={0: 0})
        yield topic_state(topic, "before")
    for copy, own in plan.copies.items():
        yield OffsetsReset(at=AT, group=own.group, topic=source, strategy="to-latest", before={}, after={0: 0})
        yield Running(at=AT, copy=copy, job_id="j1", differences=[])
        yield Deployed(at=AT, copy=copy, uid="d", job_id="j1", completed_checkpoints=1)
    yield LoadStarted(at=AT, topic=source, begin={0: 0})


def ends(plan: RunPlan) -> Iterator[Fact]:
    """Where the sinks of a run end."""
    for own in plan.copies.values():
        yield TopicEnd(at=AT, topic=own.sink, offsets={0: RECORDS}, last_stable={})
    for topic in (plan.pipeline.topics.source, *(own.sink for own in plan.copies.values())):
        yield topic_state(topic, "after")


def topic_state(topic: str, moment: Moment) -> TopicState:
    """A topic as a run needs it."""
    told = {"topic_id": f"id of {topic}", "cleanup_policy": "delete", "timestamp_type": "CreateTime"}
    return TopicState(at=AT, topic=topic, moment=moment, partitions=1, starts={0: 0}, **told)


def _broken(plan: RunPlan) -> list[Fact]:
    """A fault that hit a task at work, in the middle of the load."""
    by_litmus = plan.fault.action == "litmus"
    return [
        job_seen("before the fault"),
        TargetsChosen(at=AT, targets=[a_target()]),
        FaultStarted(at=AT, engine="e", uid="e1"),
        hit(),
        ended() if by_litmus else SavepointTaken(at=AT, path="p"),
        job_seen("after the fault", restored_id=4),
        Evidence(at=AT, felt=True, message="", details={"a": "b"}),
    ]


def hit(written: int = RECORDS // 2, chaos: int = 0, stable: int = 0) -> FaultHit:
    """The moment of effect, with so many records in the source and so much lag."""
    return FaultHit(at=AT, what="pod is gone", written=written, wanted=RECORDS, lag={"chaos": chaos, "stable": stable})


def job_seen(moment: JobMoment, copy: Copy = Copy.CHAOS, **other: Any) -> JobSeen:
    """A job whose four tasks run, unless said otherwise."""
    told = {"job_id": "j1", "state": "RUNNING", "tasks": 4, "tasks_running": 4, "restarts": 0} | other
    return JobSeen(at=AT, copy=copy, moment=moment, **told)


def looked(moment: str, latest: int, restored: int | None = None, job: str = "j1", path: str = "p") -> CheckpointsSeen:
    """What the chaos copy's JobManager told at a moment."""
    return CheckpointsSeen(
        at=AT,
        copy=Copy.CHAOS,
        moment=moment,
        job_id=job,
        latest_id=latest,
        restored_id=restored,
        restored_path=path,
        history=[],
    )


def ended(verdict: str = "Pass", message: str = "") -> FaultEnded:
    """Litmus' last word."""
    return FaultEnded(at=AT, engine_status="completed", phase="Completed", verdict=verdict, message=message)


def a_target(uid: str = "u1", pod: str = "chaos-tm-1") -> Target:
    """A pod to be hit."""
    return Target(pod=pod, uid=uid, node="node1", component=Component.TASKMANAGER, tasks=2)


def journal(*later: Fact, plan: RunPlan | None = None) -> Journal:
    """The good facts and then these: the last of a kind counts."""
    return Journal([*good_facts(plan), *agreeing(later)])


def agreeing(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts, and for each count by SQL that no record proof comes after one that says the same."""
    given = [*facts]
    for number, fact in enumerate(given):
        yield fact
        later = {one.copy_ for one in given[number:] if isinstance(one, RecordProof)}
        if isinstance(fact, Counts) and fact.copy_ not in later:
            yield proof_of(fact)


def of_plan(plan: RunPlan, facts: list[Fact]) -> list[Fact]:
    """Facts of a run of another name as those of this plan; none of a run that never began."""
    return [*prepared(plan), *agreeing(facts), *ends(plan)] if facts else []
