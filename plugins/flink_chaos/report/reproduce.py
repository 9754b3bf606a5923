"""One command that makes the same run again."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from flink_chaos.model.masking import masked_data
from flink_chaos.model.request import RunRequest

if TYPE_CHECKING:
    from flink_chaos.model.plan import RunPlan


def parameters(plan: RunPlan) -> dict[str, Any]:
    """What must be said beside the defaults."""
    asked = plan.request.model_dump(mode="json")
    asked["contract_bounds"] |= {name: one.bound for name, one in plan.measured.items() if one.bound is not None}
    usual = RunRequest().model_dump(mode="json")
    own = {p.name: plan.fault_values[p.name] for p in plan.fault.parameters if plan.fault_values[p.name] != p.default}
    # Who starts a run decides whether it waits for another one.
    return {name: value for name, value in asked.items() if value != usual[name] and name != "on_busy"} | own


def command(plan: RunPlan) -> str:
    """For a shell, without Airflow."""
    asked = masked_data(parameters(plan))
    given = [f"-p {shlex.quote(f'{name}={json.dumps(value)}')}" for name, value in asked.items()]
    return " ".join(["flink-chaos run", plan.fault.name, *given])


def airflow_command(plan: RunPlan) -> str:
    """The same through Airflow."""
    return f"airflow dags trigger {plan.fault.name} --conf {shlex.quote(json.dumps(masked_data(parameters(plan))))}"
