"""A whole engine against a cluster made of dictionaries."""

from __future__ import annotations

import copy

import pytest

from lab.chaos_operator import engine as engines

EXPERIMENT = {"spec": {"definition": {"image": "i", "labels": {}}}}


def merge(target: dict, patch: dict) -> None:
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


class _FakeCluster:
    def __init__(self, **spec) -> None:
        base = {
            "engineState": "active",
            "chaosServiceAccount": "sa",
            "experiments": [{"name": "pod-delete"}],
            "appinfo": {"appns": "flink"},
        }
        metadata = {"name": "e", "namespace": "flink", "uid": "u"}
        self.objects = {
            ("chaosengines", "e"): {"metadata": metadata, "spec": base | spec},
            ("chaosexperiments", "pod-delete"): EXPERIMENT,
        }
        self.stored_jobs: list[dict] = []
        self.stored_pods: list[dict] = []
        self.events: list[str] = []

    @property
    def engine(self) -> dict:
        return self.objects["chaosengines", "e"]

    def get(self, plural, _namespace, name):
        return copy.deepcopy(self.objects.get((plural, name)))

    def patch_engine(self, _engine, patch):
        merge(self.engine, patch)

    def service_account_exists(self, _namespace, name):
        return name == "sa"

    def create_job(self, manifest):
        manifest["metadata"]["creationTimestamp"] = "2999-01-01T00:00:00Z"
        self.stored_jobs.append(manifest)
        self.stored_pods.append({"metadata": {"name": "pod-1"}, "status": {"phase": "Running"}})

    def jobs(self, _namespace, _selector):
        return self.stored_jobs

    def pods(self, _namespace, _selector):
        return self.stored_pods

    def delete_jobs(self, _namespace, _selector):
        self.stored_jobs = []

    def delete_pods(self, _namespace, _selector):
        self.stored_pods = []

    def event(self, _engine, *, reason, message, warning=False):
        self.events.append(reason)

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            engines.step(self, "flink", "e")

    def experiment(self) -> tuple[str, str]:
        entry = self.engine["status"]["experiments"][0]
        return entry["status"], entry["verdict"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(engines.time, "sleep", lambda _seconds: None)


def test_an_engine_runs_to_its_end():
    cluster = _FakeCluster()
    cluster.step()
    assert cluster.engine["status"] == {"engineStatus": "initialized"}
    cluster.step(3)
    assert len(cluster.stored_jobs) == 1
    assert cluster.experiment() == ("Running", "Awaited")
    cluster.stored_jobs[0]["status"] = {"succeeded": 1}
    cluster.objects["chaosresults", "e-pod-delete"] = {"status": {"experimentStatus": {"verdict": "Pass"}}}
    cluster.step(2)
    assert cluster.experiment() == ("Completed", "Pass")
    assert (cluster.engine["status"]["engineStatus"], cluster.engine["spec"]["engineState"]) == ("completed", "stop")
    assert cluster.events == ["ChaosEngineInitialized", "ExperimentJobCreate", "ChaosEngineCompleted"]
    cluster.step(3)
    assert len(cluster.stored_jobs) == 1, "a finished engine is left alone"


def test_stop_aborts_and_active_starts_again():
    cluster = _FakeCluster()
    cluster.step(4)
    cluster.engine["spec"]["engineState"] = "stop"
    cluster.step(2)
    assert cluster.experiment() == ("Forcefully Aborted", "Stopped")
    assert cluster.engine["status"]["engineStatus"] == "stopped"
    assert (cluster.stored_jobs, cluster.stored_pods) == ([], [])
    cluster.engine["spec"]["engineState"] = "active"
    cluster.step(4)
    assert len(cluster.stored_jobs) == 1


def test_a_missing_experiment_stays_initialized_with_an_event():
    cluster = _FakeCluster(experiments=[{"name": "unknown"}])
    cluster.step(3)
    assert cluster.engine["status"] == {"engineStatus": "initialized"}
    assert cluster.events[-1] == "ChaosResourcesOperationFailed"


def test_a_missing_service_account_stays_initialized_with_an_event():
    cluster = _FakeCluster(chaosServiceAccount="nobody")
    cluster.step(2)
    assert cluster.events[-1] == "ChaosResourcesOperationFailed"
    assert not cluster.stored_jobs


def test_incomplete_appinfo_stops_the_engine():
    cluster = _FakeCluster(appinfo={"appns": "flink", "applabel": "a=b"})
    cluster.step(3)
    assert (cluster.engine["spec"]["engineState"], cluster.engine["status"]) == ("stop", {"engineStatus": "stopped"})


def test_a_later_missing_experiment_fails_alone():
    cluster = _FakeCluster(experiments=[{"name": "pod-delete"}, {"name": "unknown"}])
    cluster.step(3)
    cluster.stored_jobs[0]["status"] = {"succeeded": 1}
    cluster.step()
    cluster.stored_jobs.clear()
    cluster.step(2)
    assert cluster.engine["status"]["experiments"][1]["status"] == "ChaosExperiment Not Found"
    assert cluster.engine["status"]["engineStatus"] == "completed"


def test_clean_up_policy_delete_removes_the_job():
    cluster = _FakeCluster(jobCleanUpPolicy="delete")
    cluster.step(3)
    cluster.stored_jobs[0]["status"] = {"succeeded": 1}
    cluster.step()
    assert cluster.stored_jobs == []


def test_a_vanished_job_is_not_started_twice():
    cluster = _FakeCluster()
    cluster.step(4)
    cluster.stored_jobs = []
    cluster.step()
    assert cluster.experiment() == ("Skipped", "Fail")
    assert cluster.stored_jobs == []


def test_deletion_removes_everything():
    cluster = _FakeCluster()
    cluster.step(4)
    cluster.engine["metadata"]["deletionTimestamp"] = "now"
    cluster.step()
    assert cluster.stored_jobs, "the steps leave a dying engine to abort()"
    engines.abort(cluster, "flink", "e")
    assert (cluster.stored_jobs, cluster.stored_pods) == ([], [])
