"""The DAG pod_delete on the lab, through Airflow's REST API, and its verdict from the store."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest
from flink_chaos.store.records import Store

from lab.demo import run_once
from lab.paths import KUBECONFIG, RUNS

pytestmark = pytest.mark.lab
FULL = {"data_count_to_load": 200_000, "records_per_second": 2_000}
SHORT = {"data_count_to_load": 80_000, "records_per_second": 1_000}


def verdict_of(parameters):
    """Run once, and once more if the machine and not the application was the reason."""
    for last in (False, True):
        verdict = Store(RUNS.as_uri()).attempt(run_once(parameters)).verdict()
        print(verdict.outcome, *verdict.reasons, sep="\n  ")
        if verdict.outcome not in ("INCONCLUSIVE", "ABORTED") or last:
            return verdict
        print("tried once more")
    return None


def left_behind(run_key):
    """Objects of the run that are still in the cluster."""
    kinds = "flinkdeployments,chaosengines,chaosresults,configmaps,jobs,pods"
    return kubectl("get", kinds, "-l", f"flink-chaos.io/run={run_key}", "-o", "name").split()


def kubectl(*words, check=True):
    """In the namespace of the lab's applications, with all rights."""
    command = ["kubectl", "--kubeconfig", KUBECONFIG, "-n", "flink", *words]
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


def steal_target():
    """Wait for the next ChaosEngine and delete the pod that it names."""
    query = "jsonpath={.items[0].spec.experiments[0].spec.components.env[?(@.name=='TARGET_PODS')].value}"
    deadline, pod = time.monotonic() + 600, ""
    while not pod and time.monotonic() < deadline:
        pod = kubectl("get", "chaosengines", "-o", query, check=False).strip()
    kubectl("delete", "pod", pod, "--force", "--grace-period=0")


@pytest.mark.smoke
def test_exactly_once_survives_a_killed_taskmanager():
    """200,000 records at 2,000/s, the TaskManager killed with force: all there, once, and nothing left behind."""
    verdict = verdict_of(FULL)
    assert verdict.outcome == "PASS", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["ids"], chaos["lost"], chaos["duplicated"]) == (200_000, 0, 0)
    assert left_behind(verdict.run_key) == []


@pytest.mark.smoke
def test_duplicates_break_the_contract_of_exactly_once():
    """An at-least-once sink under the contract EXACTLY_ONCE: FAIL, with the duplicates counted."""
    verdict = verdict_of(SHORT | {"delivery_guarantee": "AT_LEAST_ONCE", "contract": "EXACTLY_ONCE"})
    assert verdict.outcome == "FAIL", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["lost"], chaos["duplicated"] > 0) == (0, True)


def test_losses_are_found():
    """No high availability and latest offsets, the JobManager killed: FAIL, with the lost ids counted."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_events_fragile", "component": "jobmanager"})
    assert verdict.outcome == "FAIL", verdict.reasons
    assert verdict.counts["chaos"]["lost"] > 0


def test_windows_survive_a_killed_taskmanager():
    """Keyed windows with state: the same windows with the same values, which account for every loaded record."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_event_counts"})
    assert verdict.outcome == "PASS", verdict.reasons
    chaos = verdict.counts["chaos"]
    assert (chaos["counted"], chaos["lost"], chaos["changed"]) == (SHORT["data_count_to_load"], 0, 0)


def test_windows_may_count_twice_and_must_not_lose_under_at_least_once():
    """Windows that fire again and records that are counted again are allowed, lower counts are not."""
    verdict = verdict_of(SHORT | {"pipeline": "ad_event_counts", "delivery_guarantee": "AT_LEAST_ONCE"})
    assert verdict.outcome == "PASS", verdict.reasons
    assert (verdict.counts["chaos"]["lost"], verdict.counts["chaos"]["undercounted"]) == (0, 0)


def test_exactly_once_survives_a_killed_jobmanager():
    """High availability brings the job back from its last checkpoint."""
    verdict = verdict_of(SHORT | {"component": "jobmanager"})
    assert verdict.outcome == "PASS", verdict.reasons
    assert (verdict.counts["chaos"]["lost"], verdict.counts["chaos"]["duplicated"]) == (0, 0)


def test_a_target_that_someone_else_took_is_inconclusive():
    """The pod is gone before Litmus reaches it: its UID changes too, but not by our fault, so never PASS."""
    thief = threading.Thread(target=steal_target, daemon=True)
    thief.start()
    verdict = Store(RUNS.as_uri()).attempt(run_once(SHORT)).verdict()
    assert (verdict.outcome, "not felt" in " ".join(verdict.reasons)) == ("INCONCLUSIVE", True)


def test_at_least_once_may_duplicate_and_must_not_lose():
    """Duplicates are counted and allowed."""
    verdict = verdict_of(SHORT | {"delivery_guarantee": "AT_LEAST_ONCE"})
    assert verdict.outcome == "PASS", verdict.reasons
    assert verdict.counts["chaos"]["lost"] == 0
