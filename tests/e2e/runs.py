"""Runs on the lab through Airflow's REST API, and what they leave behind."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

from flink_chaos.store.records import Attempt, Store

from lab.demo import run_once
from lab.parts.control_plane import AUDIT_LOG
from lab.paths import KUBECONFIG, RUNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.verdict import Verdict

FULL = {"data_count_to_load": 200_000, "records_per_second": 2_000}
SHORT = {"data_count_to_load": 100_000, "records_per_second": 1_000}  # longer than the slowest injection so far asks for


def attempt_of(run_key: str) -> Attempt:
    """The stored record of a run."""
    return Store(RUNS.as_uri()).attempt(run_key)


def verdict_of(parameters: dict[str, Any], dag_id: str = "pod_delete") -> Verdict:
    """Run once, and once more if the machine and not the application was the reason; says so."""
    verdict = _told(parameters, dag_id)
    if verdict.outcome not in ("INCONCLUSIVE", "ABORTED"):
        return verdict
    print("tried once more")
    return _told(parameters, dag_id)


def verdict_during(parameters: dict[str, Any], disturb: Callable[[], object], dag_id: str = "pod_delete") -> Verdict:
    """Run once while `disturb` does its work beside it."""
    beside = threading.Thread(target=disturb, daemon=True)
    beside.start()
    verdict = _told(parameters, dag_id)
    beside.join(timeout=60)
    return verdict


def _told(parameters: dict[str, Any], dag_id: str) -> Verdict:
    verdict = attempt_of(run_once(parameters, dag_id)).verdict()
    assert verdict is not None, "the run ended without a verdict"
    print(verdict.outcome, *verdict.reasons, sep="\n  ")
    return verdict


def kubectl(*words: str, check: bool = True, stdin: str | None = None) -> str:
    """In the namespace of the lab's applications, with all rights."""
    command = ["kubectl", "--kubeconfig", KUBECONFIG, "-n", "flink", *words]
    return subprocess.run(command, capture_output=True, text=True, check=check, input=stdin).stdout


def engines_created(run_key: str) -> int:
    """How often the API server was asked to create a ChaosEngine of the run, by its audit log."""
    texts = [log.read_text(errors="replace") for log in AUDIT_LOG.parent.glob("audit*.log")]  # it is rotated
    lines = [json.loads(line) for text in texts for line in text.splitlines() if run_key in line]
    return sum(
        line["verb"] == "create"
        and line["objectRef"].get("resource") == "chaosengines"
        and "code" in line["responseStatus"]
        for line in lines
    )


def left_behind(run_key: str) -> list[str]:
    """Objects of the run that are still in the cluster, and nodes that take no pods."""
    kinds = "flinkdeployments,chaosengines,chaosresults,configmaps,jobs,pods"
    found = kubectl("get", kinds, "-l", f"flink-chaos.io/run={run_key}", "-o", "name").split()
    leases = kubectl("get", "leases", "-o", "jsonpath={.items[*].spec.holderIdentity}").split()
    cordoned = kubectl("get", "nodes", "-o", "jsonpath={.items[?(@.spec.unschedulable)].metadata.name}").split()
    return [*found, *(f"lease of {holder}" for holder in leases if holder == run_key), *cordoned]


def until(condition: Callable[[], object], seconds: float = 600) -> object:
    """Ask until the answer is something; the answer. Fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {condition.__doc__ or condition}"
        time.sleep(0.5)
    return answer
