"""The ChaosEngine of a run."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.facts import Target
    from flink_chaos.model.plan import RunPlan

GRACE_SECONDS = 60
"""Without it Litmus' helpers are killed before they can revert (litmus issue 2359)."""

STATUS_CHECKS = {"delay": 2, "timeout": 60}
"""Seconds. How long Litmus looks for a target that is not there, instead of its 180."""


def engine_manifest(plan: RunPlan, targets: Sequence[Target], label: str) -> dict[str, Any]:
    """A ChaosEngine that hits exactly these pods.

    Pods are named: Litmus takes several labels as a union, and a named pod is a recorded blast radius.
    """
    environment = {"TARGET_PODS": ",".join(target.pod for target in targets), **_filled(plan)}
    return {
        "apiVersion": "litmuschaos.io/v1alpha1",
        "kind": "ChaosEngine",
        "metadata": {"name": plan.engine, "namespace": plan.environment.namespace, "labels": plan.labels},
        "spec": {
            "engineState": "active",
            "chaosServiceAccount": plan.environment.litmus_service_account,
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "jobCleanUpPolicy": "retain",
            "appinfo": {"appns": plan.environment.namespace, "applabel": label, "appkind": "deployment"},
            "experiments": [{"name": plan.fault.experiment, "spec": {"components": _components(environment)}}],
        },
    }


def _filled(plan: RunPlan) -> dict[str, str]:
    request = plan.request
    names = {"force": str(request.force).lower(), "component": request.component.value}
    return {name: Template(value).substitute(names) for name, value in plan.fault.environment.items()}


def _components(environment: dict[str, str]) -> dict[str, Any]:
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    return {"env": variables, "statusCheckTimeouts": STATUS_CHECKS}
