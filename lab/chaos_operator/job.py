"""The Job of one experiment, made from the ChaosExperiment's definition and the engine, as Litmus' runner makes it."""

from __future__ import annotations

from typing import Any

from lab.chaos_operator.targets import targets_of

Object = dict[str, Any]
DEFAULT_TIMEOUTS = {"delay": 2, "timeout": 180}
INDEX_LABEL = "experimentIndex"
"""Tells apart two entries of the same experiment in one engine."""


def job_manifest(engine: Object, entry: Object, definition: Object, name: str, index: int) -> Object:
    """Job `name` in the engine's namespace for `entry`, the engine's experiment number `index`."""
    labels = _labels(engine, definition) | {INDEX_LABEL: str(index)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": engine["metadata"]["namespace"], "labels": labels},
        "spec": {
            "template": {
                "metadata": _pod_metadata(entry, definition, labels),
                "spec": _pod(engine, entry, definition, name),
            }
        },
    }


def result_name(engine: Object, entry: Object, definition: Object) -> str:
    """Name of the ChaosResult that the experiment writes."""
    instance = next(
        (item.get("value", "") for item in environment(engine, entry, definition) if item["name"] == "INSTANCE_ID"), ""
    )
    return "-".join(part for part in (engine["metadata"]["name"], entry["name"], instance) if part)


def environment(engine: Object, entry: Object, definition: Object) -> list[Object]:
    """Variables of the experiment: the runner's own < the experiment's < the engine's."""
    by_name = {item["name"]: item for item in _built_in(engine, entry, definition)}
    by_name |= {item["name"]: item for item in definition.get("env") or []}
    by_name |= {item["name"]: item for item in _components(entry).get("env") or []}
    return list(by_name.values())


def timeouts(entry: Object) -> dict[str, int]:
    """`delay` and `timeout` of the status checks, in seconds."""
    given = _components(entry).get("statusCheckTimeouts") or {}
    return DEFAULT_TIMEOUTS | {key: int(value) for key, value in given.items() if value}


def _built_in(engine: Object, entry: Object, definition: Object) -> list[Object]:
    spec, metadata, checks = engine["spec"], engine["metadata"], timeouts(entry)
    values = {
        "CHAOSENGINE": metadata["name"],
        "TARGETS": targets_of(engine),
        "CHAOS_NAMESPACE": metadata["namespace"],
        "AUXILIARY_APPINFO": spec.get("auxiliaryAppInfo", ""),
        "CHAOS_UID": metadata["uid"],
        "EXPERIMENT_NAME": entry["name"],
        "LIB_IMAGE_PULL_POLICY": _pull_policy(definition),
        "TERMINATION_GRACE_PERIOD_SECONDS": str(spec.get("terminationGracePeriodSeconds", 0)),
        "DEFAULT_HEALTH_CHECK": str(bool(spec.get("defaultHealthCheck", False))).lower(),
        "CHAOS_SERVICE_ACCOUNT": spec["chaosServiceAccount"],
        "STATUS_CHECK_DELAY": str(checks["delay"]),
        "STATUS_CHECK_TIMEOUT": str(checks["timeout"]),
        "JOB_CLEANUP_POLICY": spec.get("jobCleanUpPolicy", ""),
    }
    pod_name = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    return [{"name": name, "value": value} for name, value in values.items()] + [pod_name]


def _pull_policy(definition: Object) -> str:
    """The helpers' images are pulled as the experiment's own."""
    return str(definition.get("imagePullPolicy") or "Always")


def _components(entry: Object) -> Object:
    return dict(entry.get("spec", {}).get("components", {}))


def _labels(engine: Object, definition: Object) -> dict[str, str]:
    own = {"chaosUID": engine["metadata"]["uid"]}
    return {**(engine["metadata"].get("labels") or {}), **(definition.get("labels") or {}), **own}


def _pod_metadata(entry: Object, definition: Object, labels: dict[str, str]) -> Object:
    annotations = {
        **(definition.get("experimentAnnotations") or {}),
        **(_components(entry).get("experimentAnnotations") or {}),
    }
    return {"labels": labels, "annotations": annotations}


def _pod(engine: Object, entry: Object, definition: Object, name: str) -> Object:
    components, security = _components(entry), definition.get("securityContext") or {}
    mounts = _mounts(components, definition)
    pod = {
        "serviceAccountName": engine["spec"]["chaosServiceAccount"],
        "restartPolicy": "Never",
        "containers": [_container(engine, entry, definition, name) | {"volumeMounts": [mount for _, mount in mounts]}],
        "volumes": [volume for volume, _ in mounts],
        "terminationGracePeriodSeconds": engine["spec"].get("terminationGracePeriodSeconds") or None,
        "nodeSelector": components.get("nodeSelector"),
        "tolerations": components.get("tolerations"),
        "imagePullSecrets": components.get("experimentImagePullSecrets"),
        "securityContext": security.get("podSecurityContext"),
        "hostPID": definition.get("hostPID"),
    }
    return {key: value for key, value in pod.items() if value is not None}


def _container(engine: Object, entry: Object, definition: Object, name: str) -> Object:
    components, security = _components(entry), definition.get("securityContext") or {}
    container = {
        "name": name,
        "image": components.get("experimentImage") or definition["image"],
        "imagePullPolicy": _pull_policy(definition),
        "command": definition.get("command"),
        "args": definition.get("args"),
        "env": environment(engine, entry, definition),
        "resources": components.get("resources"),
        "securityContext": security.get("containerSecurityContext"),
    }
    return {key: value for key, value in container.items() if value is not None}


def _mounts(components: Object, definition: Object) -> list[tuple[Object, Object]]:
    """Volumes with their mounts: ConfigMaps, Secrets and host files."""
    found = []
    for kind, source, field in (("configMaps", "configMap", "name"), ("secrets", "secret", "secretName")):
        items = [*(definition.get(kind) or []), *(components.get(kind) or [])]
        found += [_mount(item["name"], {source: {field: item["name"]}}, item["mountPath"]) for item in items]
    for item in definition.get("hostFileVolumes") or []:
        path = {"hostPath": {"path": item["nodePath"], "type": item.get("type", "")}}
        found.append(_mount(item["name"], path, item["mountPath"]))
    return found


def _mount(name: str, source: Object, path: str) -> tuple[Object, Object]:
    return {"name": name, **source}, {"name": name, "mountPath": path}
