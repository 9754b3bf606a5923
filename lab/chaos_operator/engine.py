"""One ChaosEngine, one step at a time: everything that is known lies in the cluster, so a restart of the operator is harmless."""

from __future__ import annotations

import logging
import random
import string
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lab.chaos_operator import job as jobs
from lab.chaos_operator import states
from lab.chaos_operator.states import Action, EngineStatus, ExperimentStatus
from lab.chaos_operator.targets import IncompleteTargetError, targets_of

if TYPE_CHECKING:
    from lab.chaos_operator.cluster import Cluster

Object = dict[str, Any]
LOG = logging.getLogger(__name__)
ABORT_SECONDS = 180
IDLE_SECONDS = 30.0
BUSY_SECONDS = 1.0


def step(cluster: Cluster, namespace: str, name: str) -> float:
    """Do what the engine needs now. Returns after how many seconds to look again if nothing changes before."""
    engine = cluster.get("chaosengines", namespace, name)
    if engine is None or "deletionTimestamp" in engine["metadata"]:
        return BUSY_SECONDS
    action = states.decide(engine)
    if action is Action.NOTHING:
        return IDLE_SECONDS
    _ACTIONS[action](cluster, engine)
    return BUSY_SECONDS


def abort(cluster: Cluster, namespace: str, name: str) -> None:
    """End whatever runs for an engine that is being deleted."""
    engine = cluster.get("chaosengines", namespace, name)
    if engine is not None and "deletionTimestamp" in engine["metadata"]:
        _remove_all(cluster, engine)


def _initialize(cluster: Cluster, engine: Object) -> None:
    cluster.patch_engine(engine, {"status": {"engineStatus": EngineStatus.INITIALIZED.value}})
    message = f"Identifying app under test & launching {engine['metadata']['name']}-runner"
    cluster.event(engine, reason="ChaosEngineInitialized", message=message)


def _run(cluster: Cluster, engine: Object) -> None:
    entries = engine["status"].get("experiments") or []
    if not entries:
        _start(cluster, engine)
        return
    index = states.current(entries)
    if index is None:
        _complete(cluster, engine)
    else:
        _advance(cluster, engine, entries, index)


def _start(cluster: Cluster, engine: Object) -> None:
    namespace, spec = engine["metadata"]["namespace"], engine["spec"]
    try:
        targets_of(engine)
    except IncompleteTargetError as error:
        LOG.warning("engine %s/%s is stopped: %s", namespace, engine["metadata"]["name"], error)
        stopped = {"spec": {"engineState": "stop"}, "status": {"engineStatus": EngineStatus.STOPPED.value}}
        cluster.patch_engine(engine, stopped)
        return
    missing = _missing(cluster, namespace, spec)
    if missing:
        message = f"(chaos start) Unable to get chaos resources: {missing}"
        cluster.event(engine, reason="ChaosResourcesOperationFailed", message=message, warning=True)
        time.sleep(5)  # the event is repeated until someone creates what is missing
        return
    cluster.patch_engine(engine, {"status": {"experiments": states.waiting_entries(engine, _now())}})


def _missing(cluster: Cluster, namespace: str, spec: Object) -> str:
    first = spec["experiments"][0]["name"]
    if cluster.get("chaosexperiments", namespace, first) is None:
        return f'chaosexperiments.litmuschaos.io "{first}" not found'
    if not cluster.service_account_exists(namespace, spec["chaosServiceAccount"]):
        return f'serviceaccount "{spec["chaosServiceAccount"]}" not found'
    return ""


def _advance(cluster: Cluster, engine: Object, entries: list[Object], index: int) -> None:
    """Create the experiment's Job, or see how it stands."""
    namespace, entry = engine["metadata"]["namespace"], engine["spec"]["experiments"][index]
    experiment = cluster.get("chaosexperiments", namespace, entry["name"])
    if experiment is None:
        _record(cluster, engine, entries, index, states.Outcome(ExperimentStatus.NOT_FOUND, "Fail"))
        return
    definition = experiment["spec"]["definition"]
    found = cluster.jobs(namespace, f"{_selector(engine)},{jobs.INDEX_LABEL}={index}")
    if found:
        _follow(cluster, engine, entries, index, found[0], definition)
    elif entries[index]["status"] == ExperimentStatus.WAITING:
        _launch(cluster, engine, entries, index, definition)
    else:
        _record(cluster, engine, entries, index, states.Outcome(ExperimentStatus.SKIPPED, "Fail"))


def _launch(cluster: Cluster, engine: Object, entries: list[Object], index: int, definition: Object) -> None:
    entry = engine["spec"]["experiments"][index]
    suffix = "".join(random.choices(string.ascii_lowercase + string.digits, k=6))
    name = f"{entry['name']}-{suffix}"
    try:
        cluster.create_job(jobs.job_manifest(engine, entry, definition, name, index))
    except Exception as error:  # noqa: BLE001 - whatever the API server says, the run goes on without this experiment
        message = f"Experiment Job creation failed, skipping Chaos Experiment: {entry['name']}: {error}"[:900]
        cluster.event(engine, reason="ExperimentJobCreationFailed", message=message, warning=True)
        _record(cluster, engine, entries, index, states.Outcome(ExperimentStatus.SKIPPED, "Fail"))
        return
    message = f"Experiment Job {name} for Chaos Experiment: {entry['name']}"
    cluster.event(engine, reason="ExperimentJobCreate", message=message)


def _follow(
    cluster: Cluster, engine: Object, entries: list[Object], index: int, job: Object, definition: Object
) -> None:
    namespace, entry = engine["metadata"]["namespace"], engine["spec"]["experiments"][index]
    pods = cluster.pods(namespace, f"job-name={job['metadata']['name']}")
    result = cluster.get("chaosresults", namespace, jobs.result_name(engine, entry, definition))
    age = (datetime.now(UTC) - datetime.fromisoformat(job["metadata"]["creationTimestamp"])).total_seconds()
    outcome = states.outcome(job, pods, result, age, jobs.timeouts(entry)["timeout"])
    pod = pods[0]["metadata"]["name"] if pods else entries[index]["experimentPod"]
    _record(cluster, engine, entries, index, outcome, pod)
    if outcome.status not in states.UNFINISHED and engine["spec"].get("jobCleanUpPolicy") == "delete":
        cluster.delete_jobs(namespace, f"{_selector(engine)},{jobs.INDEX_LABEL}={index}")
        cluster.event(
            engine, reason="ExperimentJobCleanUp", message=f"Experiment Job {job['metadata']['name']} will be deleted"
        )


def _record(
    cluster: Cluster, engine: Object, entries: list[Object], index: int, outcome: states.Outcome, pod: str = ""
) -> None:
    """Write one experiment's state into the engine's status, if it is new."""
    before = entries[index]
    after = before | {
        "status": outcome.status.value,
        "verdict": outcome.verdict,
        "experimentPod": pod or before["experimentPod"],
    }
    if after != before:
        changed = [*entries[:index], after | {"lastUpdateTime": _now()}, *entries[index + 1 :]]
        cluster.patch_engine(engine, {"status": {"experiments": changed}})


def _complete(cluster: Cluster, engine: Object) -> None:
    done = {"spec": {"engineState": "stop"}, "status": {"engineStatus": EngineStatus.COMPLETED.value}}
    cluster.patch_engine(engine, done)
    message = "ChaosEngine completed, will delete or retain the resources according to jobCleanUpPolicy"
    cluster.event(engine, reason="ChaosEngineCompleted", message=message)


def _abort(cluster: Cluster, engine: Object) -> None:
    _remove_all(cluster, engine)
    entries = states.aborted_entries(engine["status"].get("experiments") or [], _now())
    cluster.patch_engine(engine, {"status": {"engineStatus": EngineStatus.STOPPED.value, "experiments": entries}})
    cluster.event(engine, reason="ChaosEngineStopped", message="Chaos resources deleted successfully")


def _restart(cluster: Cluster, engine: Object) -> None:
    _remove_all(cluster, engine)
    cluster.patch_engine(engine, {"status": {"engineStatus": EngineStatus.INITIALIZED.value, "experiments": []}})
    cluster.event(engine, reason="RestartInProgress", message="Chaos is restarted")


def _remove_all(cluster: Cluster, engine: Object) -> None:
    """Delete Jobs and pods of the engine and wait until the pods have reverted their fault and are gone."""
    namespace, selector = engine["metadata"]["namespace"], _selector(engine)
    cluster.delete_jobs(namespace, selector)
    cluster.delete_pods(namespace, selector)
    end = time.monotonic() + ABORT_SECONDS
    while cluster.pods(namespace, selector) and time.monotonic() < end:
        time.sleep(1)


def _selector(engine: Object) -> str:
    return f"chaosUID={engine['metadata']['uid']}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ACTIONS = {Action.INITIALIZE: _initialize, Action.RUN: _run, Action.ABORT: _abort, Action.RESTART: _restart}
