"""The ChaosEngine of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.model.base import Copy
from flink_chaos.model.fault import component_of

if TYPE_CHECKING:
    from flink_chaos.model.environment import StorageNetwork
    from flink_chaos.model.plan import RunPlan

GRACE_SECONDS = 60
"""Without it Litmus' helpers are killed before they can revert (litmus issue 2359)."""

LOOK_SECONDS = 60
"""How long Litmus looks for a target that is not there, instead of its 180."""

HOSTNAME = "kubernetes.io/hostname"


@dataclass(frozen=True)
class Aim:
    """What is hit, resolved right before the injection.

    Pods are named: Litmus takes several labels as a union, and a named pod is a recorded blast radius. Where the fault
    strikes several times the names would be gone after the first: then `percentage` of the pods with the unique label.
    """

    pods: tuple[str, ...] = ()
    percentage: int = 0
    node: str = ""
    helper_node: str = ""


def pod_label(plan: RunPlan) -> str:
    """One label for one copy, role and run; the copy's own where nothing is aimed at."""
    deployment = plan.copies[Copy.CHAOS].deployment
    return f"chaos={deployment}-{component_of(plan.fault_values)}" if plan.fault.aim != "none" else f"app={deployment}"


def engine_manifest(plan: RunPlan, aim: Aim) -> dict[str, Any]:
    """A ChaosEngine that hits exactly what `aim` says. Raises ValueError for a variable that cannot be filled in."""
    namespace = plan.environment.namespace
    pinned = {"nodeSelector": {HOSTNAME: aim.helper_node}} if aim.helper_node else {}
    return {
        "apiVersion": "litmuschaos.io/v1alpha1",
        "kind": "ChaosEngine",
        "metadata": {"name": plan.engine, "namespace": namespace, "labels": plan.labels},
        "spec": {
            "engineState": "active",
            "chaosServiceAccount": plan.environment.litmus_service_account,
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "jobCleanUpPolicy": "retain",
            **({"components": {"runner": pinned}} if pinned else {}),
            "appinfo": {"appns": namespace, "applabel": pod_label(plan), "appkind": "deployment"},
            "experiments": [{"name": plan.fault.experiment, "spec": {"components": _components(plan, aim) | pinned}}],
        },
    }


def _components(plan: RunPlan, aim: Aim) -> dict[str, Any]:
    variables = plan.fault.variables(plan.fault_values, _names(plan, aim))
    return {
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "statusCheckTimeouts": {"delay": 2, "timeout": _patience(plan)},
    }


def _patience(plan: RunPlan) -> int:
    """Seconds. After a drain Litmus waits as long for the pods to be ready elsewhere: longer than we ourselves do."""
    return plan.request.recovery_deadline_seconds + 30 if plan.fault.aim == "node" else LOOK_SECONDS


def _names(plan: RunPlan, aim: Aim) -> dict[str, object]:
    """What a fault's file may refer to beside its own parameters."""
    environment = plan.environment
    network, runtime = environment.storage_network, environment.container_runtime
    return {
        "namespace": environment.namespace,
        "run_key": plan.run_key,
        "target_pods": ",".join(aim.pods),
        "percentage": aim.percentage or "",
        "target_node": aim.node,
        "storage_endpoints": ",".join(_endpoints(network)) if network else "",
        "container_runtime": runtime.name,
        "runtime_socket": runtime.socket,
    }


def _endpoints(network: StorageNetwork) -> list[str]:
    """As Litmus reads them: `address|port|port`."""
    return ["|".join([host, *map(str, network.ports)]) for host in network.hosts]


def result_name(plan: RunPlan) -> str:
    """Name of the ChaosResult that the engine leads to."""
    return f"{plan.engine}-{plan.fault.experiment}"
