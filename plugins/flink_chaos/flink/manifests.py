"""FlinkDeployments and the ConfigMaps with their SQL, made from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.flink.options import application_configuration, loader_configuration
from flink_chaos.flink.scripts import (
    application_arguments,
    application_script,
    loader_arguments,
    loader_script,
)
from flink_chaos.model.base import Component, Copy
from flink_chaos.model.plan import COPY_LABEL

if TYPE_CHECKING:
    from flink_chaos.model.pipeline import Program, Resource
    from flink_chaos.model.plan import RunPlan

CONTAINER = "flink-main-container"
HOSTNAME = "kubernetes.io/hostname"
SCRIPT_FOLDER = "/opt/flink/sql"
SCRIPT = f"{SCRIPT_FOLDER}/job.sql"


def application_manifests(plan: RunPlan, copy: Copy) -> list[dict[str, Any]]:
    """FlinkDeployment of one copy, after the ConfigMap with its SQL if it has any."""
    name, application = plan.copies[copy].deployment, plan.pipeline.application
    labels = plan.labels | {COPY_LABEL: copy}
    args, pods = application_arguments(plan, copy), _pods(plan, name, labels)
    deployment = _deployment(plan, name, labels, application, args, pods, application_configuration(plan, copy))
    if not application.sql:
        return [deployment]
    return [_config_map(plan, name, labels, application_script(plan, copy)), deployment]


def loader_manifests(plan: RunPlan) -> list[dict[str, Any]]:
    """The same of the data loader: bounded, and never restarted, so that no id comes twice."""
    labels = plan.labels | {COPY_LABEL: "loader"}
    configuration = loader_configuration(plan)
    loader = plan.pipeline.loader
    resources = {Component.JOBMANAGER: loader.job_manager, Component.TASKMANAGER: loader.task_manager}
    away = _away_from_chaos(plan)
    pods = {component: _pod(resource, labels, away) for component, resource in resources.items()}
    deployment = _deployment(plan, plan.loader, labels, loader, loader_arguments(plan), pods, configuration)
    if not loader.sql:
        return [deployment]
    return [_config_map(plan, plan.loader, labels, loader_script(plan)), deployment]


def _deployment(
    plan: RunPlan,
    name: str,
    labels: dict[str, str],
    program: Program,
    args: list[str],
    pods: dict[Component, dict[str, Any]],
    configuration: dict[str, str],
) -> dict[str, Any]:
    flink = plan.environment.flink
    return {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkDeployment",
        "metadata": _metadata(plan, name, labels),
        "spec": {
            "image": flink.image,
            "imagePullPolicy": flink.image_pull_policy,
            "flinkVersion": flink.flink_version,
            "serviceAccount": flink.service_account,
            "mode": "native",
            "flinkConfiguration": configuration,
            "jobManager": pods[Component.JOBMANAGER],
            "taskManager": pods[Component.TASKMANAGER],
            "podTemplate": _pod_template(plan, name, program),
            "job": {
                "jarURI": program.jar_uri,
                "entryClass": program.entry_class,
                "args": args or [SCRIPT],
                "parallelism": getattr(program, "parallelism", 1),
                "upgradeMode": "stateless" if name == plan.loader else "savepoint",
                "state": "running",
            },
        },
    }


def _pods(plan: RunPlan, name: str, labels: dict[str, str]) -> dict[Component, dict[str, Any]]:
    """One unique label for each copy and role: Litmus takes several labels as a union."""
    away = _away_from_chaos(plan) if labels[COPY_LABEL] == Copy.STABLE else {}
    return {
        component: _pod(plan.resource(component), labels | {"chaos": f"{name}-{component}"}, away)
        for component in Component
    }


def _pod(resource: Resource, labels: dict[str, str], affinity: dict[str, Any] | None = None) -> dict[str, Any]:
    template: dict[str, Any] = {"metadata": {"labels": labels}}
    if affinity:
        template["spec"] = {"affinity": affinity}
    return {"resource": {"memory": resource.memory, "cpu": resource.cpu}, "podTemplate": template}


def _away_from_chaos(plan: RunPlan) -> dict[str, Any]:
    """No node holds the chaos copy and another one, or a drained node would take control or loader with it.

    Kubernetes keeps the chaos copy off their nodes too: so they stay together, or what is evicted finds no node.
    """
    if plan.fault.aim != "node":
        return {}
    preferred = {"weight": 100, "podAffinityTerm": _beside(plan, Copy.STABLE)}
    return {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [_beside(plan, Copy.CHAOS)]},
        "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [preferred]},
    }


def _beside(plan: RunPlan, copy: Copy) -> dict[str, Any]:
    return {"labelSelector": {"matchLabels": plan.labels | {COPY_LABEL: copy.value}}, "topologyKey": HOSTNAME}


def _pod_template(plan: RunPlan, name: str, program: Program) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": CONTAINER,
        "imagePullPolicy": plan.environment.flink.image_pull_policy,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    context = _security_context(plan.environment.flink.user)
    spec: dict[str, Any] = {"securityContext": context, "containers": [container]}
    if program.sql:
        container["volumeMounts"] = [{"name": "sql", "mountPath": SCRIPT_FOLDER}]
        spec["volumes"] = [{"name": "sql", "configMap": {"name": f"{name}-sql"}}]
    return {"apiVersion": "v1", "kind": "Pod", "spec": spec}


def _security_context(user: int | None) -> dict[str, Any]:
    """Of the pods: what the level `restricted` demands, unless the image needs root."""
    context: dict[str, Any] = {"runAsNonRoot": user != 0, "seccompProfile": {"type": "RuntimeDefault"}}
    return context if user is None else context | {"runAsUser": user}


def _config_map(plan: RunPlan, name: str, labels: dict[str, str], script: str) -> dict[str, Any]:
    metadata = _metadata(plan, f"{name}-sql", labels)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"job.sql": script}}


def _metadata(plan: RunPlan, name: str, labels: dict[str, str]) -> dict[str, Any]:
    annotations = {"flink-chaos.io/dag-id": plan.dag_id, "flink-chaos.io/run-id": plan.run_id}
    return {"name": name, "namespace": plan.environment.namespace, "labels": labels, "annotations": annotations}
