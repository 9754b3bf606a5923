"""Litmus: a ChaosEngine leads, late, to a strike and a ChaosResult."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import CHAOS_ENGINES, CHAOS_RESULTS, EVENTS, JOBS, NODES, PODS

from tests.simulation.pods import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.kubernetes import KubernetesWorld
    from tests.simulation.pods import PodsWorld
    from tests.simulation.world import World

NOTICED, RESULT_SECONDS, AFTERWARDS = 1.0, 2.0, 2.0
MARK = "flink-chaos.io/cordoned-by"


@dataclass
class Experiment:
    """One engine at work."""

    name: str
    uid: str
    variables: dict[str, str]
    kind: str
    label: str
    strikes: int = 0
    ended: bool = False
    cordoned: str = ""


@dataclass
class LitmusWorld:
    """`delay`: seconds from the engine to the first strike. `says`: its verdict; "stuck": none for ever."""

    world: World
    kubernetes: KubernetesWorld
    pods: PodsWorld
    delay: float = 8.0
    says: str = "Pass"
    strikes: bool = True
    """Whether it does anything at all."""
    target_gone: bool = False
    """Whether somebody else takes its target right before."""
    leaves_cordon: bool = False
    """Whether it never gives a drained node back."""
    on_strike: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the names of what is hit, before it is hit."""
    experiments: dict[str, Experiment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Watch engines."""
        self.world.steps.append(self.step)

    def step(self) -> None:
        """See new engines, those that are to stop and those that are gone."""
        engines = {engine["metadata"]["uid"]: engine for engine in self.kubernetes.all(CHAOS_ENGINES)}
        for uid, engine in engines.items():
            if uid not in self.experiments:
                self._begin(engine)
            elif engine["spec"].get("engineState") == "stop" and not self.experiments[uid].ended:
                self._end(self.experiments[uid], "stopped", "Stopped", "Stopped")
        for uid, one in self.experiments.items():
            if uid not in engines and not one.ended:
                self._end(one, "", "", "")

    def _begin(self, engine: dict[str, Any]) -> None:
        spec = engine["spec"]["experiments"][0]
        variables = {one["name"]: one["value"] for one in spec["spec"]["components"]["env"]}
        metadata = engine["metadata"]
        one = Experiment(
            metadata["name"], metadata["uid"], variables, spec["name"], engine["spec"]["appinfo"]["applabel"]
        )
        self.experiments[one.uid] = one
        self.world.tell(f"Litmus sees {one.name}")
        engine["status"] = {"engineStatus": "initialized", "experiments": []}
        self.world.after(NOTICED + RESULT_SECONDS, lambda: self._result(one, "Running", "Awaited"))
        self._helper(engine, one)
        rounds, every = self._rounds(one)
        for number in range(rounds):
            self.world.after(self.delay + number * every, lambda: self._strike(one))
        lasts = int(one.variables["TOTAL_CHAOS_DURATION"])
        if self.says != "stuck":
            self.world.after(self.delay + lasts + AFTERWARDS, lambda: self._finish(one))

    def _finish(self, one: Experiment) -> None:
        if self.says != "stuck":
            self._end(one, "completed", "Completed", self.says)

    def _helper(self, engine: dict[str, Any], one: Experiment) -> None:
        labels = {"chaosUID": one.uid, "name": one.kind, **engine["metadata"].get("labels", {})}
        metadata = {"name": f"{one.kind}-{one.uid[:6]}", "namespace": NAMESPACE, "labels": labels}
        self.kubernetes.put(JOBS, {"apiVersion": "batch/v1", "kind": "Job", "metadata": dict(metadata), "spec": {}})
        node = engine["spec"]["experiments"][0]["spec"]["components"].get("nodeSelector", {})
        self.pods.create(f"{one.kind}-{one.uid[:6]}-pod", labels, (0.1, 64), {"nodeSelector": node} if node else {})

    def _rounds(self, one: Experiment) -> tuple[int, int]:
        lasts, every = int(one.variables["TOTAL_CHAOS_DURATION"]), int(one.variables.get("CHAOS_INTERVAL", "0"))
        return (max(1, math.ceil(lasts / every)), every) if every else (1, 0)

    def _strike(self, one: Experiment) -> None:
        if one.ended or not self.strikes:
            return
        targets = self._targets(one)
        if self.target_gone and targets:
            self.pods.kill(targets[0], "somebody else, before Litmus")
            targets = []
        if not targets:
            self.says = "Error"
            return
        one.strikes += 1
        self._announce(one)
        for hook in self.on_strike:
            hook(",".join(pod["metadata"]["uid"] for pod in targets))
        if one.kind == "node-drain":
            self._cordon(one)
        for pod in targets:
            self.pods.kill(pod, f"{one.kind} by Litmus")

    def _announce(self, one: Experiment) -> None:
        """The event that every experiment writes before it takes anything."""
        self.kubernetes.put(
            EVENTS,
            {
                "metadata": {"name": f"ChaosInject{one.kind}{one.uid}", "namespace": NAMESPACE},
                "involvedObject": {"kind": "ChaosEngine", "name": one.name, "uid": one.uid},
                "reason": "ChaosInject",
                "message": f"Injecting {one.kind} chaos",
                "firstTimestamp": self.world.stamp(),
                "lastTimestamp": self.world.stamp(),
            },
        )

    def _targets(self, one: Experiment) -> list[dict[str, Any]]:
        if one.kind == "node-drain":
            found = [p for p in self.kubernetes.all(PODS) if p["spec"].get("nodeName") == one.variables["TARGET_NODE"]]
            return [pod for pod in found if pod["metadata"]["labels"].get("app")]
        names = [name for name in one.variables.get("TARGET_PODS", "").split(",") if name]
        key, _, value = one.label.partition("=")
        labelled = [pod for pod in self.kubernetes.all(PODS) if pod["metadata"]["labels"].get(key) == value]
        if names:
            return [pod for pod in labelled if pod["metadata"]["name"] in names]
        share = int(one.variables.get("PODS_AFFECTED_PERC") or 0)
        return labelled[: max(1, math.ceil(len(labelled) * share / 100))]

    def _cordon(self, one: Experiment) -> None:
        node = self.kubernetes.look(NODES, None, one.variables["TARGET_NODE"])
        if node is not None:
            node["spec"]["unschedulable"] = True
            node["metadata"].setdefault("annotations", {})[MARK] = f"{one.name}-{one.kind}"
            one.cordoned = node["metadata"]["name"]

    def _end(self, one: Experiment, engine_status: str, phase: str, verdict: str) -> None:
        if one.ended:
            return
        one.ended = True
        back = one.cordoned and not self.leaves_cordon
        node = self.kubernetes.look(NODES, None, one.cordoned) if back else None
        if node is not None:
            node["spec"].pop("unschedulable", None)
            node["metadata"].get("annotations", {}).pop(MARK, None)
        self._clear(one)
        engine = self.kubernetes.look(CHAOS_ENGINES, NAMESPACE, one.name)
        if engine is not None and phase:
            self._result(one, phase, verdict, force=True)
            engine["status"] = {"engineStatus": engine_status, "experiments": [{"status": phase, "verdict": verdict}]}
            self.world.tell(f"Litmus: {engine_status}, {verdict}")

    def _clear(self, one: Experiment) -> None:
        self.kubernetes.drop(JOBS, NAMESPACE, f"{one.kind}-{one.uid[:6]}")
        self.kubernetes.drop(PODS, NAMESPACE, f"{one.kind}-{one.uid[:6]}-pod")

    def _result(self, one: Experiment, phase: str, verdict: str, *, force: bool = False) -> None:
        if one.ended and not force:
            return
        metadata = {"name": f"{one.name}-{one.kind}", "namespace": NAMESPACE, "labels": {"chaosUID": one.uid}}
        status = {"experimentStatus": {"phase": phase, "verdict": verdict}}
        self.kubernetes.put(
            CHAOS_RESULTS,
            {
                "apiVersion": "litmuschaos.io/v1alpha1",
                "kind": "ChaosResult",
                "metadata": metadata,
                "spec": {},
                "status": status,
            },
        )
