"""Applying the workloads and seeing that they work."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from lab.commands import LabError, run
from lab.workloads import documents

if TYPE_CHECKING:
    from pathlib import Path

FIELD_MANAGER = "flink-chaos-lab"
DEPLOYMENTS = (("flink", "flink-kubernetes-operator"), ("flink", "sql-gateway"), ("litmus", "chaos-operator"))
DEFINITIONS_SECONDS = 30
POLL_SECONDS = 0.5


def apply(kubeconfig: Path) -> None:
    """Server-side apply of all workloads; doing it again changes nothing. Raises LabError with kubectl's words."""
    _apply(kubeconfig, documents.definitions())
    _await_definitions(kubeconfig)
    _apply(kubeconfig, documents.rendered())


def _await_definitions(kubeconfig: Path) -> None:
    """Ask again until the deadline: an API server in its first seconds may not list yet what it has just taken."""
    end = time.monotonic() + DEFINITIONS_SECONDS
    while True:
        try:
            _kubectl(kubeconfig, "wait", "--for=condition=Established", "--timeout=5s", "crd", "--all")
        except LabError:
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def wait_ready(kubeconfig: Path, deadline_seconds: float) -> None:
    """Wait until every Deployment serves its newest version. Raises LabError that names what is not ready, and why."""
    end = time.monotonic() + deadline_seconds
    while problems := [f"{name}: {problem}" for name, problem in health(kubeconfig) if problem]:
        if time.monotonic() > end:
            raise LabError(f"workloads not ready after {deadline_seconds:.0f} s: {'; '.join(problems)}")
        time.sleep(POLL_SECONDS)


def health(kubeconfig: Path) -> list[tuple[str, str]]:
    """`(namespace/deployment, problem)` for each workload, the problem empty if it serves."""
    found = _deployments(kubeconfig)
    return [(f"{namespace}/{name}", _problem(found.get((namespace, name)))) for namespace, name in DEPLOYMENTS]


def _deployments(kubeconfig: Path) -> dict[tuple[str, str], dict[str, Any]]:
    listed = json.loads(_kubectl(kubeconfig, "get", "deployments", "--all-namespaces", "--output", "json"))["items"]
    return {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in listed}


def _problem(deployment: dict[str, Any] | None) -> str:
    if deployment is None:
        return "does not exist"
    status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
    if status.get("observedGeneration") != deployment["metadata"]["generation"]:
        return "its controller has not seen the newest version yet"
    if status.get("updatedReplicas", 0) < wanted or status.get("readyReplicas", 0) < wanted:
        return f"{status.get('readyReplicas', 0)} of {wanted} pods ready"
    return ""


def _apply(kubeconfig: Path, text: str) -> None:
    options = ["--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}", "--filename=-"]
    _kubectl(kubeconfig, "apply", *options, stdin=text)


def _kubectl(kubeconfig: Path, *words: str, stdin: str | None = None) -> str:
    return run(["kubectl", f"--kubeconfig={kubeconfig}", *words], stdin=stdin)
