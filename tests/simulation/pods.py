"""Nodes and pods: scheduling with room, taints and anti-affinity; starting; being killed and evicted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import NODES, PODS

if TYPE_CHECKING:
    from tests.simulation.kubernetes import KubernetesWorld
    from tests.simulation.world import World

NAMESPACE = "flink"
START_SECONDS = 2.0
"""From a node to a running container."""

CPU, MEMORY, MOST_PODS = 4.0, 16384, 110


@dataclass
class PodsWorld:
    """What scheduler and kubelets do."""

    world: World
    kubernetes: KubernetesWorld
    refused: str = ""
    """Why a quota or a policy admits no pod; empty: it admits them."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    names: dict[str, str] = field(default_factory=dict)
    """uid -> name."""
    placed: dict[str, float] = field(default_factory=dict)
    """uid -> when it was placed."""

    def __post_init__(self) -> None:
        """Work all the time."""
        self.world.steps.append(self.step)

    def node(self, name: str, cpu: float = CPU, memory: int = MEMORY) -> None:
        """Add a node."""
        allocatable = {"cpu": str(cpu), "memory": f"{memory}Mi", "pods": str(MOST_PODS)}
        conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": self.world.stamp()}]
        self.kubernetes.put(
            NODES,
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
                "spec": {},
                "status": {"allocatable": allocatable, "capacity": allocatable, "conditions": conditions},
            },
        )

    def create(
        self, name: str, labels: dict[str, str], resource: tuple[float, int], spec: dict[str, Any] | None = None
    ) -> str:
        """Ask for a pod; its uid, empty if it is refused."""
        if self.refused:
            return ""
        cpu, memory = resource
        requests = {"cpu": str(cpu), "memory": f"{memory}Mi"}
        container = {"name": "flink-main-container", "resources": {"requests": requests}}
        uid = f"uid-{next(self.numbers)}"
        self.names[uid] = name
        self.kubernetes.put(
            PODS,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": NAMESPACE,
                    "uid": uid,
                    "labels": labels,
                    "creationTimestamp": self.world.stamp(),
                },
                "spec": {"containers": [container], **(spec or {})},
                "status": {"phase": "Pending", "conditions": []},
            },
        )
        return uid

    def kill(self, pod: dict[str, Any], why: str) -> None:
        """It is gone at once."""
        self.world.tell(f"pod {pod['metadata']['name']} is gone: {why}")
        self.kubernetes.drop(PODS, NAMESPACE, pod["metadata"]["name"])

    def alive(self, uid: str) -> bool:
        """Whether its container runs, whatever its node tells of it."""
        pod = self.by_uid(uid)
        return bool(pod) and pod["status"]["phase"] == "Running"

    def by_uid(self, uid: str) -> dict[str, Any]:
        """The pod, or nothing."""
        pod = self.kubernetes.api.objects.get(("api/v1", "pods", NAMESPACE, self.names.get(uid, "")), {})
        return pod if pod and pod["metadata"]["uid"] == uid else {}

    def ready(self, pod: dict[str, Any]) -> bool:
        """Whether it counts as ready."""
        return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))

    def step(self) -> None:
        """Place what waits, start what was placed."""
        for pod in self.kubernetes.all(PODS):
            if pod["status"]["phase"] != "Pending":
                continue
            if not pod["spec"].get("nodeName"):
                self._schedule(pod)
            elif self.world.now - self.placed.get(pod["metadata"]["uid"], 0.0) >= START_SECONDS:
                self._start(pod)

    def _schedule(self, pod: dict[str, Any]) -> None:
        reasons = {name: why for name, node in self._nodes().items() if (why := self._unfit(pod, node))}
        free = [name for name in self._nodes() if name not in reasons]
        preferred = sorted(free, key=lambda name: (-self._liking(pod, name), len(self._on(name)), name))
        if preferred:
            pod["spec"]["nodeName"] = preferred[0]
            self.placed[pod["metadata"]["uid"]] = self.world.now
            _condition(pod, "PodScheduled", "True", self.world.stamp())
        else:
            told = f"0/{len(self._nodes())} nodes are available: {'; '.join(sorted(set(reasons.values())))}"
            _condition(pod, "PodScheduled", "False", self.world.stamp(), "Unschedulable", told)

    def _start(self, pod: dict[str, Any]) -> None:
        pod["status"]["phase"] = "Running"
        pod["status"]["containerStatuses"] = [
            {
                "name": "flink-main-container",
                "ready": True,
                "restartCount": 0,
                "imageID": "sha256:sim",
                "state": {"running": {}},
            }
        ]
        _condition(pod, "Ready", "True", self.world.stamp())

    def _nodes(self) -> dict[str, dict[str, Any]]:
        return {node["metadata"]["name"]: node for node in self.kubernetes.all(NODES)}

    def _on(self, node: str) -> list[dict[str, Any]]:
        return [pod for pod in self.kubernetes.all(PODS) if pod["spec"].get("nodeName") == node]

    def _unfit(self, pod: dict[str, Any], node: dict[str, Any]) -> str:
        spec, wanted = node["spec"], pod["spec"].get("nodeSelector", {})
        if spec.get("unschedulable"):
            return "node(s) were unschedulable"
        if spec.get("taints"):
            return "node(s) had untolerated taint"
        if any(node["metadata"]["labels"].get(k) != v for k, v in wanted.items()):
            return "node(s) didn't match Pod's node affinity/selector"
        others = self._on(node["metadata"]["name"])
        if any(_repels(pod, other) or _repels(other, pod) for other in others):
            return "node(s) didn't match pod anti-affinity rules"
        cpu, memory = map(sum, zip((0.0, 0.0), *(_asked(other) for other in [*others, pod]), strict=True))
        allocatable = node["status"]["allocatable"]
        if cpu > float(allocatable["cpu"]):
            return "Insufficient cpu"
        return "Insufficient memory" if memory > float(allocatable["memory"].removesuffix("Mi")) else ""

    def _liking(self, pod: dict[str, Any], node: str) -> int:
        affinity = pod["spec"].get("affinity", {}).get("podAffinity", {})
        terms = [one["podAffinityTerm"] for one in affinity.get("preferredDuringSchedulingIgnoredDuringExecution", [])]
        return sum(any(_fits(term, other) for other in self._on(node)) for term in terms)


def _asked(pod: dict[str, Any]) -> tuple[float, float]:
    found = [container["resources"]["requests"] for container in pod["spec"]["containers"]]
    return sum(float(one["cpu"]) for one in found), sum(float(one["memory"].removesuffix("Mi")) for one in found)


def _repels(pod: dict[str, Any], other: dict[str, Any]) -> bool:
    affinity = pod["spec"].get("affinity", {}).get("podAntiAffinity", {})
    return any(_fits(term, other) for term in affinity.get("requiredDuringSchedulingIgnoredDuringExecution", []))


def _fits(term: dict[str, Any], pod: dict[str, Any]) -> bool:
    return all(pod["metadata"]["labels"].get(k) == v for k, v in term["labelSelector"]["matchLabels"].items())


def _condition(pod: dict[str, Any], kind: str, status: str, stamp: str, reason: str = "", message: str = "") -> None:
    conditions = pod["status"].setdefault("conditions", [])
    old = next((c for c in conditions if c["type"] == kind), None)
    since = old["lastTransitionTime"] if old and old["status"] == status else stamp
    fresh = {"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message}
    conditions[:] = [c for c in conditions if c["type"] != kind] + [fresh]
