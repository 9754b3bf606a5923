"""Every decision of a run, made once: after this nothing reads parameters again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, Field, ValidationError

from flink_chaos.model.base import Component, Copy, Record
from flink_chaos.model.contract import Contract
from flink_chaos.model.environment import Environment
from flink_chaos.model.fault import Fault, Values
from flink_chaos.model.flink_options import (
    INTERVAL,
    MODE,
    TIMEOUT,
    Level,
    merged,
    milliseconds,
    mode_of,
    whole_seconds,
)
from flink_chaos.model.measured import Measured
from flink_chaos.model.pipeline import Pipeline, Resource
from flink_chaos.model.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LABEL = "flink-chaos.io"
LOCK_SECONDS, LONG_LOCK_SECONDS = 4 * 3600, 24 * 3600
"""How long a run waits for the topics: started by hand, or with many others, as in a backfill (96 runs of 15 min)."""
LOCK_ANSWER_SECONDS = 60
"""Whoever does not wait for another run waits for the API server only."""

SHORTEST_MS = 10
"""Of a checkpoint interval: 0 means none at all."""

BOUNDED = {INTERVAL: "checkpoint_interval_seconds", TIMEOUT: "checkpoint_timeout_seconds"}
"""Flink options that mean what a parameter means, and have its bounds."""

RUN_LABEL = f"{LABEL}/run"
COPY_LABEL = f"{LABEL}/copy"


def run_key(dag_id: str, run_id: str, attempt: int, now: datetime) -> str:
    """Short name of an attempt, safe in every external name: 10 hexadecimal characters after an `r`.

    The moment is part of it: two Airflows on one cluster make runs of the same name.
    """
    return "r" + hashlib.sha256(f"{dag_id}\0{run_id}\0{attempt}\0{now.isoformat()}".encode()).hexdigest()[:10]


class CopyPlan(Record):
    """Names of one copy of the application."""

    copy_: Copy = Field(alias="copy")
    deployment: str = Field(description="name of the FlinkDeployment")
    group: str
    transactional_id_prefix: str
    sink: str = Field(description="topic, or the directory of its files as Flink reaches it")
    files: str = Field(default="", description="that directory as a worker reaches it; empty: the sink is a topic")
    storage: str


class Deadlines(Record):
    """Longest wait of each step, in seconds."""

    deploy: int = 300
    load: int
    steady: int
    fault: int
    drain: int
    stop: int = 180
    compare: int = 300
    sinks: int = Field(default=660, description="for open transactions to end: a little more than their time-out")
    lock: int

    @property
    def total(self) -> int:
        """All of them, one after another."""
        return sum(self.model_dump().values())


class RunPlan(Record):
    """A run, decided."""

    run_key: str
    dag_id: str
    run_id: str
    attempt: int
    created_at: AwareDatetime
    package_version: str
    request: RunRequest
    environment: Environment
    pipeline: Pipeline
    fault: Fault
    fault_values: Values = Field(description="parameters of the fault")
    copies: dict[Copy, CopyPlan]
    loader: str = Field(description="name of the loader's FlinkDeployment")
    engine: str = Field(description="name of the ChaosEngine")
    lease: str
    contract: Contract = Field(description="the pipeline's bounds, and the request's over them")
    measured: dict[str, Measured] = Field(
        default_factory=dict, description="where each bound came from that was asked for as `measured`"
    )
    injection_seconds: int = Field(description="from asking for the fault until it strikes, as far as is known")
    deadlines: Deadlines
    scripts: dict[str, str] = Field(description="SQL files that the run uses, as they were when it was planned")

    def bounded(self, found: Mapping[str, Measured]) -> RunPlan:
        """The same with these bounds in place of the word `measured`; one that is not among them is not demanded."""
        numbers = {name: one.bound for name, one in found.items()}
        contract = self.contract.overridden(dict.fromkeys(self.contract.to_measure) | numbers)
        return self.model_copy(update={"contract": contract, "measured": dict(found)})

    @property
    def deed(self) -> str:
        """What is done to whom, for a headline."""
        component = self.fault_values.get("component")
        return f"{self.fault.title} of {component}" if component else self.fault.title

    def resource(self, component: Component) -> Resource:
        """What a pod of the application asks for: the request's word over the pipeline's."""
        application, request = self.pipeline.application, self.request
        jobmanager = component is Component.JOBMANAGER
        memory = request.job_manager_memory if jobmanager else request.task_manager_memory
        cpu = request.job_manager_cpu if jobmanager else request.task_manager_cpu
        own = application.job_manager if jobmanager else application.task_manager
        return Resource(memory=memory or own.memory, cpu=cpu or own.cpu)

    @property
    def records_to_write(self) -> int:
        """What a complete load adds to the source topic."""
        return self.request.data_count_to_load + self.pipeline.loader.flush_records

    @property
    def groups(self) -> list[str]:
        """Every consumer group of the run: one for each copy, and the comparison's."""
        return [*(copy.group for copy in self.copies.values()), self.compare_group]

    @property
    def compare_group(self) -> str:
        """The consumer group of the comparison by SQL."""
        return f"flink-chaos.compare.{self.run_key}"

    @property
    def labels(self) -> dict[str, str]:
        """Labels of everything that the run creates."""
        return {f"{LABEL}/managed-by": "flink-chaos", RUN_LABEL: self.run_key}


def plan_run(
    *,
    dag_id: str,
    run_id: str,
    attempt: int,
    now: datetime,
    version: str,
    request: RunRequest,
    environment: Environment,
    pipeline: Pipeline,
    fault: Fault,
    fault_parameters: Mapping[str, Any],
    scripts: dict[str, str],
    by_hand: bool = True,
    injection_seconds: int | None = None,
) -> RunPlan:
    """Decide everything about a run; the same arguments give the same plan. Raises ValueError for what cannot be.

    :param by_hand: a person started it, and not a schedule, a backfill or a suite.
    :param injection_seconds: as it was measured in this environment; the environment's own word if it never was.
    """
    values, request = fault.values(fault_parameters), request.decided(by_hand=by_hand)
    request = _as_configured(request, environment, pipeline)
    lasts = fault.seconds(values)
    injection = environment.injection_seconds if injection_seconds is None else injection_seconds
    request.require_load(lasts, injection if fault.action == "litmus" else 0)
    key = run_key(dag_id, run_id, attempt, now)
    topic = f"{environment.kafka_bootstrap_servers}/{pipeline.topics.source}"
    return RunPlan(
        run_key=key,
        dag_id=dag_id,
        run_id=run_id,
        attempt=attempt,
        created_at=now,
        package_version=version,
        request=request,
        environment=environment,
        pipeline=pipeline,
        fault=fault,
        fault_values=values,
        copies={copy: _copy(copy, key, pipeline, environment) for copy in Copy},
        loader=f"loader-{key}",
        engine=f"{fault.name.replace('_', '-')}-{key}",
        lease="flink-chaos-" + hashlib.sha256(topic.encode()).hexdigest()[:10],
        contract=pipeline.contract.overridden(request.contract_bounds),
        injection_seconds=injection,
        deadlines=_deadlines(request, pipeline, lasts, by_hand=by_hand),
        scripts=scripts,
    )


def _as_configured(request: RunRequest, environment: Environment, pipeline: Pipeline) -> RunRequest:
    """The request with what Flink options say of checkpoints, where the parameters themselves say nothing else.

    Raises ValueError where both say something, and not the same.
    """
    profiles = merged(
        [
            Level(f"environment {environment.name}: flink.configuration", environment.flink.configuration),
            Level(f"pipeline {pipeline.name}: application.configuration", pipeline.application.configuration),
        ]
    )
    own, found = request.flink_configuration, {}
    for option, field in BOUNDED.items():
        asked = getattr(request, field)
        is_default = asked == RunRequest.model_fields[field].default
        if option in own and not is_default and whole_seconds(own[option]) != asked:
            raise ValueError(f"flink_configuration says {option}: {own[option]}, and {field} says {asked}; keep one")
        if is_default and (option in own or option in profiles):
            found[field] = bounded(option, own.get(option, profiles.get(option, "")))
    mode = (profiles | own).get(MODE)
    if mode and mode_of(mode) != request.delivery_guarantee:
        raise ValueError(
            f"{MODE} is {mode} in the Flink options, and delivery_guarantee is {request.delivery_guarantee}: "
            "that parameter decides about both, checkpoints and sink; remove the option"
        )
    return request.model_copy(update=found)


def bounded(option: str, text: str) -> int:
    """Seconds that an option of BOUNDED says, if the parameter of the same meaning may say so. Raises ValueError."""
    seconds, field = whole_seconds(text), BOUNDED[option]
    if milliseconds(text) < SHORTEST_MS:
        raise ValueError(f"{option}: {text} is below {SHORTEST_MS} ms, the least that Flink takes")
    try:
        RunRequest.model_validate({field: seconds})
    except ValidationError as error:
        raise ValueError(f"{option}: {text}: as {field}: {error.errors()[0]['msg']}") from error
    return seconds


def _copy(copy: Copy, key: str, pipeline: Pipeline, environment: Environment) -> CopyPlan:
    return CopyPlan(
        copy=copy,
        deployment=f"{copy}-{key}",
        group=f"flink-chaos.{pipeline.name}.{copy}.{key}",
        transactional_id_prefix=f"flink-chaos.{pipeline.name}.{copy}.{key}",
        **_sink(copy, key, pipeline, environment),
        storage=f"{environment.storage.rstrip('/')}/{key}/{copy}",
    )


def _sink(copy: Copy, key: str, pipeline: Pipeline, environment: Environment) -> dict[str, str]:
    if pipeline.files is None:
        return {"sink": f"{pipeline.topics.sink}-{copy}"}
    if environment.files is None:
        raise ValueError(
            f"pipeline {pipeline.name} writes files; add `files: {{flink: ..., worker: ...}}` "
            f"to include/environments/{environment.name}.yaml"
        )
    own = f"{pipeline.files.directory.strip('/')}/{key}/{copy}"
    store = environment.files
    return {"sink": f"{store.flink.rstrip('/')}/{own}", "files": f"{store.worker.rstrip('/')}/{own}"}


def _deadlines(request: RunRequest, pipeline: Pipeline, fault_seconds: int, *, by_hand: bool) -> Deadlines:
    patience = LOCK_SECONDS if by_hand else LONG_LOCK_SECONDS
    checkpoints = max(0, 2 * request.checkpoint_interval_seconds - 60)
    return Deadlines(
        deploy=300 + checkpoints,
        stop=max(180, request.checkpoint_timeout_seconds + 120),
        lock=patience if request.on_busy == "wait" else LOCK_ANSWER_SECONDS,
        sinks=pipeline.application.transaction_timeout_seconds + 60,
        load=int(request.load_seconds * 1.5) + 240,
        steady=request.fault_after_seconds + 120,
        fault=fault_seconds + request.recovery_deadline_seconds + 300,
        drain=int(request.load_seconds) + request.recovery_deadline_seconds + checkpoints,
    )
