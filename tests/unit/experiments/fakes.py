"""A cluster made of dictionaries, with a clock that only sleeping moves."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count

from experiments.helpers import HelperState, Template
from experiments.nodes import Eviction, Node
from experiments.result import JOB
from experiments.run import Run
from experiments.settings import read_settings
from experiments.targets import Owner, Pod
from experiments.variables import Variables

POD = Pod("tm-1", "flink", "uid-1", {"role": "taskmanager"}, Owner("deployment", "app"), node="node1", ready=True)
OWN_POD = Pod("experiment-1", "flink", "own", {}, Owner("job", "experiment"), node="node2", ready=True)
ENV = {
    "CHAOSENGINE": "e",
    "CHAOS_NAMESPACE": "flink",
    "CHAOS_UID": "u",
    "CHAOS_SERVICE_ACCOUNT": "litmus-admin",
    "TARGETS": "deployment:flink:[role=taskmanager]",
    "TOTAL_CHAOS_DURATION": "10",
    "DEFAULT_HEALTH_CHECK": "false",
    "STATUS_CHECK_TIMEOUT": "5",
    "STATUS_CHECK_DELAY": "1",
    "POD_NAME": "experiment-1",
}


def merge(target: dict, patch: dict) -> None:
    """A merge patch, as the API server applies it."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            merge(target.setdefault(key, {}), value)
        else:
            target[key] = value


class FakeCluster:
    """Pods, events and one ChaosResult."""

    def __init__(self, *pods: Pod, heals: bool = True, probes: list | None = None, name: str = "pod-delete") -> None:
        self.stored = list(pods)
        self.heals = heals
        self.deleted: list[tuple[str, bool]] = []
        self.events: list[str] = []
        self.messages: list[str] = []
        self.stored_result: dict | None = None
        self.history: list[str] = []
        self.spec = {"experiments": [{"name": name, "spec": {"probe": probes}}]}
        self.numbers = count(2)
        self.nodes = FakeNodes(self)
        self.helpers = FakeHelpers(self)

    def engine(self, namespace, name):
        meta = {"name": name, "namespace": namespace, "labels": {"run": "r"}}
        return {"kind": "ChaosEngine", "metadata": meta, "spec": self.spec}

    def pods(self, namespace):
        return [pod for pod in self.stored if pod.namespace == namespace]

    def pod(self, namespace, name):
        return next((pod for pod in self.pods(namespace) if pod.name == name), None)

    def delete_pod(self, pod, *, force):
        self.deleted.append((pod.name, force))
        self.remove(pod)

    def remove(self, pod, node=None):
        """The pod goes; its workload puts a new one, on `node` if given."""
        self.stored.remove(pod)
        if self.heals and pod.owner:
            number = next(self.numbers)
            self.stored.append(replace(pod, name=f"tm-{number}", uid=f"uid-{number}", node=node or pod.node))

    def result(self, _namespace, _name):
        return self.stored_result

    def create_result(self, body):
        self.stored_result = body
        return body

    def patch_result(self, _namespace, _name, patch):
        merge(self.stored_result, patch)
        self.history += [value for value in self.annotations.values() if value in ("injected", "reverted")]
        return self.stored_result

    def event(self, _about, *, reason, message, warning, source):
        self.events.append(reason)
        self.messages.append(message)

    @property
    def annotations(self) -> dict:
        """But for the Job's name, which every run writes."""
        found = self.stored_result["metadata"].get("annotations", {})
        return {key: value for key, value in found.items() if key != JOB}

    @property
    def verdict(self) -> dict:
        return self.stored_result["status"]["experimentStatus"]

    @property
    def reason(self) -> str:
        """Why it ended in Error."""
        return json.loads(self.verdict["errorOutput"]["reason"])["reason"]

    @property
    def targets(self) -> list[dict]:
        return self.stored_result["status"]["history"]["targets"]


class FakeNodes:
    """Two nodes; `blocked` pods are under a PodDisruptionBudget that allows nothing."""

    def __init__(self, cluster: FakeCluster) -> None:
        self.cluster = cluster
        self.known = {name: Node(name) for name in ("node1", "node2")}
        self.blocked: set[str] = set()
        self.evicted: list[str] = []
        self.broken_uncordons = 0
        self.labels: dict[str, set[str]] = {}

    def labelled(self, label):
        return self.labels.get(label, set())

    def get(self, name):
        return self.known.get(name)

    def cordon(self, name, by):
        self.known[name] = Node(name, unschedulable=True, cordoned_by=by)

    def uncordon(self, name):
        if self.broken_uncordons:
            self.broken_uncordons -= 1
            raise OSError("the API server is away")
        self.known[name] = Node(name)

    def pods(self, name):
        return [pod for pod in self.cluster.stored if pod.node == name]

    def evict(self, pod):
        assert self.known[pod.node].unschedulable, "a pod would come back to a node that takes pods"
        if pod.name in self.blocked:
            return Eviction.BLOCKED
        self.evicted.append(pod.name)
        self.cluster.remove(pod, node="node2")
        return Eviction.ACCEPTED


class FakeHelpers:
    """Helper pods that inject at once and end after `looks` looks at them."""

    def __init__(self, cluster: FakeCluster) -> None:
        self.cluster = cluster
        self.manifests: list[dict] = []
        self.running: dict[str, HelperState] = {}
        self.deleted: list[str] = []
        self.looks = 3
        self.fails = ""
        self.dies = False
        self.on_look = lambda: None
        self.resources = None

    def template(self, _namespace, _pod):
        labels = {"chaosUID": "u", "run": "r"}
        return Template("own", "own-image", labels, {"a": "b"}, [{"key": "t"}], [], self.resources)

    def create(self, manifest):
        self.manifests.append(manifest)
        name = manifest["metadata"]["name"]
        self.running[name] = HelperState("Failed", self.fails) if self.fails else HelperState("Running")
        if not self.fails:
            revert = self.env(-1)["REVERT_ONLY"] == "true"
            self.report("revert" if revert else "delay", "reverted" if revert else "injected", -1)
            if revert:
                self.running[name] = HelperState("Succeeded")

    def env(self, index=0) -> dict[str, str]:
        return {item["name"]: item["value"] for item in self.manifests[index]["spec"]["containers"][0]["env"]}

    def report(self, kind, status, index) -> None:
        env = self.env(index)
        trip = {part: {"median": value} for part, value in (("before", 0.1), ("during", 200.4), ("after", 0.2))}
        report = {"pod": env["TARGET_POD"], "status": status, "way": "nfqueue", "packets": 7, "rtt": []}
        report["rtt"] = [{"endpoint": "10.0.0.1:80", **trip}]
        key = f"flink-chaos.io/{kind}-{env['HELPER_NUMBER']}"
        self.cluster.patch_result("", "", {"metadata": {"annotations": {key: json.dumps(report)}}})

    def state(self, _namespace, name):
        self.on_look()
        state = self.running.get(name)
        if state and not state.finished:
            self.looks -= 1
            if self.looks <= 0:
                self.running[name] = self._ended(name)
        return state

    def _ended(self, name):
        if self.dies:
            return HelperState("Failed", "Killed")
        self._revert(name)
        return HelperState("Succeeded")

    def _revert(self, name):
        index = next(i for i, one in enumerate(self.manifests) if one["metadata"]["name"] == name)
        self.report("delay", "reverted", index)

    def delete(self, _namespace, name):
        self.deleted.append(name)
        if name in self.running and not self.running.pop(name).finished:
            self._revert(name)


def run(cluster, fault, name, **env) -> str:
    """One run; returns the verdict."""
    variables = Variables({name: value for name, value in (ENV | env).items() if value is not None})
    return Run(read_settings(variables, name), cluster, variables).execute(fault)
