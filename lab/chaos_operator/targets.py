"""The variable TARGETS, made from an engine's `selectors` or `appinfo` as Litmus' operator makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY_POD = "KIND"


class IncompleteTargetError(Exception):
    """The engine does not say clearly what it is for; Litmus' operator then stops it."""


def targets_of(engine: Mapping[str, Any]) -> str:
    """`kind:namespace:[a,b];...`, empty if the engine names no target. Raises IncompleteTargetError."""
    spec, namespace = engine["spec"], engine["metadata"]["namespace"]
    if spec.get("selectors") is not None:
        return _from_selectors(spec["selectors"], namespace)
    if any(spec.get("appinfo", {}).values()):
        return _from_appinfo(spec["appinfo"], namespace)
    return ""


def _from_selectors(selectors: Mapping[str, Any], namespace: str) -> str:
    if selectors.get("workloads"):
        return ";".join(_workload(workload, namespace) for workload in selectors["workloads"])
    if selectors.get("pods"):
        return ";".join(
            _entry("pod", pod.get("namespace") or namespace, pod.get("names", "")) for pod in selectors["pods"]
        )
    raise IncompleteTargetError("selectors is empty: it needs workloads or pods")


def _workload(workload: Mapping[str, Any], namespace: str) -> str:
    names, labels = workload.get("names", ""), workload.get("labels", "")
    if bool(names) == bool(labels):
        raise IncompleteTargetError(f"selectors.workloads: {workload.get('kind', '')} needs either names or labels")
    return _entry(workload.get("kind", ""), workload.get("namespace") or namespace, names or labels)


def _from_appinfo(appinfo: Mapping[str, Any], namespace: str) -> str:
    kind, label = appinfo.get("appkind", ""), appinfo.get("applabel", "")
    if bool(kind) != bool(label):
        raise IncompleteTargetError("incomplete appinfo: appkind and applabel go together, or both are left out")
    return _entry(kind or ANY_POD, appinfo.get("appns") or namespace, label)


def _entry(kind: str, namespace: str, items: str) -> str:
    return f"{kind}:{namespace}:[{items}]"
