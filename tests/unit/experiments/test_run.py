"""Whole runs against a cluster made of dictionaries."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count

import pytest

from experiments import pod_delete, selection
from experiments.errors import AbortedError
from experiments.run import Run
from experiments.settings import read_settings
from experiments.targets import Owner, Pod

ENV = {
    "CHAOSENGINE": "e",
    "CHAOS_NAMESPACE": "flink",
    "CHAOS_UID": "u",
    "TARGETS": "deployment:flink:[role=taskmanager]",
    "TOTAL_CHAOS_DURATION": "10",
    "CHAOS_INTERVAL": "10",
    "FORCE": "true",
    "DEFAULT_HEALTH_CHECK": "false",
    "STATUS_CHECK_TIMEOUT": "5",
}
POD = Pod("tm-1", "flink", "uid-1", {"role": "taskmanager"}, Owner("deployment", "app"), ready=True)


class _FakeCluster:
    def __init__(self, pods, *, heals=True, probes=None) -> None:
        self.stored = list(pods)
        self.heals = heals
        self.deleted: list[tuple[str, bool]] = []
        self.events: list[str] = []
        self.stored_result: dict | None = None
        self.probes = probes
        self.numbers = count(2)

    def engine(self, namespace, name):
        spec = {"experiments": [{"name": "pod-delete", "spec": {"probe": self.probes}}]}
        return {
            "kind": "ChaosEngine",
            "metadata": {"name": name, "namespace": namespace, "labels": {"run": "r"}},
            "spec": spec,
        }

    def pods(self, namespace):
        return [pod for pod in self.stored if pod.namespace == namespace]

    def pod(self, namespace, name):
        return next((pod for pod in self.pods(namespace) if pod.name == name), None)

    def delete_pod(self, pod, *, force):
        self.deleted.append((pod.name, force))
        self.stored.remove(pod)
        if self.heals:
            number = next(self.numbers)
            self.stored.append(replace(pod, name=f"tm-{number}", uid=f"uid-{number}"))

    def result(self, _namespace, _name):
        return self.stored_result

    def create_result(self, body):
        self.stored_result = body
        return body

    def patch_result(self, _namespace, _name, patch):
        for part, value in patch["status"].items():
            self.stored_result["status"][part] = self.stored_result["status"].get(part, {}) | value
        return self.stored_result

    def event(self, _about, *, reason, message, warning, source):
        self.events.append(reason)

    @property
    def verdict(self) -> dict:
        return self.stored_result["status"]["experimentStatus"]


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """Sleeping moves the clock and takes no time."""
    now = [0.0]
    for module in (pod_delete, selection):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
        monkeypatch.setattr(module.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def run(cluster, fault=pod_delete.inject, **env) -> str:
    return Run(read_settings(ENV | env, "pod-delete"), cluster).execute(fault)


def test_one_kill_passes():
    cluster = _FakeCluster([POD])
    assert run(cluster) == "Pass"
    assert cluster.deleted == [("tm-1", True)]
    assert cluster.verdict == {
        "phase": "Completed",
        "verdict": "Pass",
        "probeSuccessPercentage": "100",
        "errorOutput": None,
    }
    history = cluster.stored_result["status"]["history"]
    assert history == {
        "passedRuns": 1,
        "failedRuns": 0,
        "stoppedRuns": 0,
        "targets": [{"name": "app", "kind": "deployment", "chaosStatus": "targeted"}],
    }
    assert cluster.stored_result["metadata"]["labels"] == {"run": "r", "name": "e-pod-delete", "chaosUID": "u"}
    assert cluster.events == ["Awaited", "ChaosInject", "Pass", "Summary"]


def test_repeated_kills_follow_the_label():
    cluster = _FakeCluster([POD])
    assert run(cluster, TOTAL_CHAOS_DURATION="30") == "Pass"
    assert [name for name, _ in cluster.deleted] == ["tm-1", "tm-2", "tm-3"]


def test_serial_waits_between_pods():
    second = replace(POD, name="tm-b", uid="b")
    cluster = _FakeCluster([POD, second])
    assert run(cluster, SEQUENCE="serial", PODS_AFFECTED_PERC="100", FORCE="false", TOTAL_CHAOS_DURATION="20") == "Pass"
    assert {name for name, _ in cluster.deleted} == {"tm-1", "tm-b"}
    assert not any(force for _, force in cluster.deleted)


def test_a_missing_target_is_an_error_with_its_code():
    cluster = _FakeCluster([POD])
    assert run(cluster, TARGET_PODS="gone") == "Error"
    assert cluster.verdict["phase"] == "Error"
    assert cluster.verdict["probeSuccessPercentage"] == "0"
    output = cluster.verdict["errorOutput"]
    assert output["errorCode"] == "TARGET_SELECTION_ERROR"
    assert "gone" in json.loads(output["reason"])["reason"]
    assert cluster.deleted == []


def test_no_match_is_an_error():
    cluster = _FakeCluster([])
    assert run(cluster) == "Error"
    assert cluster.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"


def test_target_pods_win_over_targets():
    other = Pod("other", "flink", "o", {}, Owner("deployment", "other"), ready=True)
    cluster = _FakeCluster([POD, other])
    run(cluster, TARGET_PODS="other")
    assert [name for name, _ in cluster.deleted] == ["other"]


def test_a_workload_that_does_not_come_back_is_an_error():
    cluster = _FakeCluster([POD], heals=False)
    assert run(cluster) == "Error"
    assert cluster.verdict["errorOutput"]["errorCode"] == "STATUS_CHECKS_ERROR"


def test_probes_are_refused_before_anything_happens():
    cluster = _FakeCluster([POD], probes=[{"name": "p"}])
    assert run(cluster) == "Error"
    assert cluster.deleted == []


def test_an_abort_is_stopped():
    def aborted(_run):
        raise AbortedError

    cluster = _FakeCluster([POD])
    assert run(cluster, aborted) == "Stopped"
    assert (cluster.verdict["phase"], cluster.verdict["errorOutput"]["errorCode"]) == ("Stopped", "EXPERIMENT_ABORTED")
    assert cluster.stored_result["status"]["history"]["stoppedRuns"] == 1


def test_counters_survive_in_a_result_of_the_same_name():
    cluster = _FakeCluster([POD])
    run(cluster)
    run(cluster)
    assert cluster.stored_result["status"]["history"]["passedRuns"] == 2
