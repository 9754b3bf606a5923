"""Parameters and profiles become a stored plan."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from flink_chaos.clock import now
from flink_chaos.flink.isolation import require_isolation
from flink_chaos.flink.manifests import application_manifests, loader_manifests
from flink_chaos.flink.option_rights import require_rights
from flink_chaos.flink.scripts import report_queries, require_files
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.strategies import parse_strategy
from flink_chaos.litmus.engine import Aim, engine_manifest
from flink_chaos.model.base import Copy
from flink_chaos.model.plan import RunPlan, plan_run
from flink_chaos.model.request import RunRequest
from flink_chaos.model.secret_places import places_in
from flink_chaos.model.secrets import TOLD
from flink_chaos.model.telling import meant, short
from flink_chaos.profiles.catalogue import Catalogue, default_environment
from flink_chaos.steps.measuring import measured_injection, with_bounds
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import ExistsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from flink_chaos.model.fault import Fault
    from flink_chaos.store.records import Store

DISTRIBUTION = "airflow-flink-chaos"
MOST_PROBLEMS = 20
"""Of the parameters of one run that are told."""
MOST_AT_ONCE = 20
"""Attempts of one run that may be planned at the same moment."""


def make_plan(
    store: Store, *, dag_id: str, run_id: str, fault: str, parameters: Mapping[str, Any], by_hand: bool = True
) -> RunPlan:
    """Decide everything, bounds that are measured too, and store it as a new attempt.

    Whoever finds that another has begun the attempt meanwhile makes the next one. Raises what `decide` raises, and
    StoreError.
    """
    asked: dict[str, Any] = {
        "dag_id": dag_id,
        "run_id": run_id,
        "fault": fault,
        "parameters": parameters,
        "by_hand": by_hand,
    }
    for _ in range(MOST_AT_ONCE):
        with suppress(ExistsError):
            return _stored(store, **asked)
    return _stored(store, **asked)


def _stored(
    store: Store, *, dag_id: str, run_id: str, fault: str, parameters: Mapping[str, Any], by_hand: bool
) -> RunPlan:
    attempt = store.next_attempt(dag_id, run_id)
    plan = decide(
        Catalogue(),
        dag_id=dag_id,
        run_id=run_id,
        attempt=attempt,
        fault=fault,
        parameters=parameters,
        by_hand=by_hand,
        injection_seconds=partial(measured_injection, store, fault),
    )
    plan = with_bounds(store, plan)
    store.open(plan)
    return plan


def decide(
    catalogue: Catalogue,
    *,
    dag_id: str,
    run_id: str,
    attempt: int,
    fault: str,
    parameters: Mapping[str, Any],
    by_hand: bool,
    injection_seconds: Callable[[str], int | None] = lambda _: None,
) -> RunPlan:
    """Decide everything but what is measured, and prove that manifests and SQL can be made of it.

    :param injection_seconds: environment -> how long a fault took there to strike; None if nobody knows.

    Raises StepError for parameters that are wrong, ProfileError for a file of include/ that is.
    """
    chosen = catalogue.fault(fault)
    request, fault_parameters = _split(parameters, chosen)
    pipeline = catalogue.pipeline(request.pipeline)
    try:
        plan = plan_run(
            dag_id=dag_id,
            run_id=run_id,
            attempt=attempt,
            now=now(),
            version=version(DISTRIBUTION),
            request=request,
            environment=catalogue.environment(request.environment),
            pipeline=pipeline,
            fault=chosen,
            fault_parameters=fault_parameters,
            scripts={name: catalogue.script(name) for name in pipeline.scripts},
            by_hand=by_hand,
            injection_seconds=injection_seconds(request.environment),
        )
        _prove(plan)
    except ValidationError as error:
        raise StepError(f"parameters: {_problems(error, ())}") from error
    except (ValueError, ArithmeticError, KafkaProblem) as error:
        raise StepError(f"parameters: {error}") from error
    return plan


def _split(parameters: Mapping[str, Any], fault: Fault) -> tuple[RunRequest, dict[str, Any]]:
    """The request that every fault has, and the parameters of this one."""
    if told := [f"{'.'.join(map(str, place))}: {TOLD}" for place in places_in(dict(parameters))]:
        raise StepError(f"parameters: {short('; '.join(told))}")
    own = [parameter.name for parameter in fault.parameters]
    asked = {name: value for name, value in parameters.items() if name not in own}
    common = {"environment": default_environment(), **asked}
    try:
        return RunRequest.model_validate(common), {name: value for name, value in parameters.items() if name in own}
    except ValidationError as error:
        raise StepError(f"parameters: {_problems(error, [*RunRequest.model_fields, *own])}") from error


def _problems(error: ValidationError, names: Sequence[str]) -> str:
    details = error.errors(include_url=False, include_input=False)
    told = [_told(detail, names) for detail in details[:MOST_PROBLEMS]]
    return "; ".join(told if len(details) == len(told) else [*told, f"{len(details) - len(told):,} more problems"])


def _told(detail: ErrorDetails, names: Sequence[str]) -> str:
    where = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        hint = meant(where, names) or "mind the spelling, or remove it"
        return f"{short(where, 80) or repr(where)}: no such parameter of this fault; {hint}"
    return f"{short(where, 80) or 'parameters'}: {short(detail['msg'].removeprefix('Value error, '))}"


def _prove(plan: RunPlan) -> None:
    require_rights(plan)
    for copy in Copy:
        application_manifests(plan, copy)
    loader_manifests(plan)
    report_queries(plan)
    require_files(plan)
    require_isolation(plan)
    parse_strategy(plan.request.offsets)
    if plan.fault.action == "litmus":
        engine_manifest(plan, Aim())
