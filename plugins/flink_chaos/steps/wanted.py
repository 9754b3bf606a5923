"""The pods that a run deploys, as Flink will make them: what is asked of the cluster, before anything is deployed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flink_chaos.flink.manifests import CONTAINER, application_manifests, loader_manifests
from flink_chaos.model.base import Component, Copy

if TYPE_CHECKING:
    from flink_chaos.model.plan import RunPlan

Raw = dict[str, Any]
FLINK_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
PARTS = {Component.JOBMANAGER: "jobManager", Component.TASKMANAGER: "taskManager"}


def wanted_pods(plan: RunPlan) -> list[Raw]:
    """All of them, in the order in which they are deployed: both copies, then the loader."""
    manifests = [*(one for copy in Copy for one in application_manifests(plan, copy)), *loader_manifests(plan)]
    return [pod for one in manifests if one["kind"] == "FlinkDeployment" for pod in _pods(one)]


def flink_bytes(text: str) -> float:
    """Memory as Flink writes it: `1024m` are mebibytes, and without a unit it is bytes."""
    value = text.lower().replace(" ", "").removesuffix("b").removesuffix("i")
    unit = FLINK_UNITS.get(value[-1:], 1)
    return float(value.rstrip("kmgt")) * unit


def _pods(deployment: Raw) -> list[Raw]:
    return [
        _pod(deployment, component, number)
        for component in Component
        for number in range(_amount(deployment["spec"], component))
    ]


def _amount(spec: Raw, component: Component) -> int:
    """JobManagers in wait count too; TaskManagers are as many as the parallelism needs slots."""
    options = spec.get("flinkConfiguration") or {}
    if component is Component.JOBMANAGER:
        return int(spec["jobManager"].get("replicas") or options.get("kubernetes.jobmanager.replicas") or 1)
    slots = int(options.get("taskmanager.numberOfTaskSlots") or 1)
    return math.ceil(int(spec["job"].get("parallelism") or 1) / max(slots, 1))


def _pod(deployment: Raw, component: Component, number: int) -> Raw:
    metadata, spec, part = deployment["metadata"], deployment["spec"], deployment["spec"][PARTS[component]]
    templates = [spec.get("podTemplate") or {}, part.get("podTemplate") or {}]
    labels = [(template.get("metadata") or {}).get("labels") or {} for template in templates]
    merged = {key: value for template in templates for key, value in (template.get("spec") or {}).items()}
    options = spec.get("flinkConfiguration") or {}
    others = [container for container in merged.get("containers") or [] if container.get("name") != CONTAINER]
    return {
        "metadata": {
            "name": f"{metadata['name']}-{component}-{number}",
            "namespace": metadata["namespace"],
            "labels": {**labels[0], **labels[1], "app": metadata["name"], "component": component.value},
        },
        "spec": merged
        | _scheduled(options, component, merged)
        | {"containers": [_main(part, component, options), *others]},
    }


def _main(part: Raw, component: Component, options: Raw) -> Raw:
    """Flink asks for what its `resource` says, whatever a template's main container asks for; limits are multiples."""
    asked = part["resource"]
    requests = {"cpu": float(asked["cpu"]), "memory": flink_bytes(str(asked["memory"]))}
    factors = {name: float(options.get(f"kubernetes.{component}.{name}.limit-factor") or 1) for name in requests}
    limits = {name: amount * factors[name] for name, amount in requests.items()}
    return {"name": CONTAINER, "resources": {"requests": requests, "limits": limits}}


def _scheduled(options: Raw, component: Component, template: Raw) -> Raw:
    """Flink's own options for nodes: `kubernetes.<component>.node-selector` and `.tolerations`."""
    selector = _listed(options.get(f"kubernetes.{component}.node-selector", ""), ",")
    tolerations = [_pairs(one) for one in options.get(f"kubernetes.{component}.tolerations", "").split(";") if one]
    found: Raw = {}
    if selector:
        found["nodeSelector"] = {**(template.get("nodeSelector") or {}), **selector}
    if tolerations:
        found["tolerations"] = [*(template.get("tolerations") or []), *tolerations]
    return found


def _listed(text: str, separator: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in text.split(separator) if one)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _pairs(text: str) -> dict[str, str]:
    return _listed(text, ",")
