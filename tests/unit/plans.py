"""A plan and the facts of a run that went well, for tests to spoil."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flink_chaos.model.base import Component, Copy
from flink_chaos.model.comparison_facts import Counts, RecordProof, SourceProof
from flink_chaos.model.facts import (
    Check,
    CheckpointsSeen,
    Drained,
    Evidence,
    Fact,
    FaultEnded,
    Loaded,
    Preflight,
    Steady,
    Stopped,
    Table,
    Target,
)
from flink_chaos.model.journal import Journal
from flink_chaos.model.plan import RunPlan, plan_run
from flink_chaos.model.proof import Compared, Deliveries
from flink_chaos.model.request import RunRequest
from flink_chaos.profiles.catalogue import Catalogue

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


def good_facts() -> list[Fact]:
    """What a run that passes leaves behind."""
    return [
        Preflight(at=AT, checks=[Check(name="kafka", ok=True, message="")]),
        Steady(at=AT, ok=True, message="", lag={}, records_per_second=2000),
        ended(),
        Evidence(at=AT, felt=True, message="", details={"a": "b"}),
        looked("before the fault", latest=3),
        looked("drained", latest=9, restored=4),
        Loaded(at=AT, expected=RECORDS, written=RECORDS, state="FINISHED", begin={0: 0}, end={0: RECORDS}),
        *(Drained(at=AT, copy=copy, ok=True, message="lag 0", lag=0) for copy in Copy),
        *(Stopped(at=AT, copy=copy, ok=True, savepoint="s", message="s") for copy in Copy),
        table(),
        *(counts(copy) for copy in Copy),
        *(a_proof(copy) for copy in Copy),
        a_source_proof(),
    ]


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
    return Target(pod=pod, uid=uid, node="node1", component=Component.TASKMANAGER)


def journal(*later: Fact) -> Journal:
    """The good facts and then these: the last of a kind counts. A copy that is counted otherwise is proved alike."""
    proved = {fact.copy_ for fact in later if isinstance(fact, RecordProof)}
    agreeing = [proof_of(fact) for fact in later if isinstance(fact, Counts) and fact.copy_ not in proved]
    return Journal([*good_facts(), *later, *agreeing])
