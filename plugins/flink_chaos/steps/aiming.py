"""Whom the fault hits: resolved from the plan's rule right before the injection, and journaled."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any, NoReturn

from flink_chaos.clock import now
from flink_chaos.cluster.pods import pods
from flink_chaos.cluster.resources import NODES
from flink_chaos.litmus.engine import HOSTNAME, Aim, pod_label
from flink_chaos.model.base import Component, Copy
from flink_chaos.model.facts import Evidence, Target, TargetsChosen
from flink_chaos.model.fault import component_of
from flink_chaos.model.trouble_facts import NodesBefore
from flink_chaos.steps.capacity import places_of
from flink_chaos.steps.run import RunEndsError
from flink_chaos.steps.shortage import nodes_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.cluster.places import Place
    from flink_chaos.cluster.pods import Pod
    from flink_chaos.steps.run import Run


def take_aim(run: Run) -> Aim:
    """Resolve the pods and nodes right now and journal them. Raises RunEndsError when there is nothing to hit."""
    ready = [pod for pod in candidates(run) if pod.ready and not pod.deleting]
    component = component_of(run.plan.fault_values)
    if not ready:
        _missed(run, f"no ready {component} pod of {run.plan.copies[Copy.CHAOS].deployment} to hit")
    slots = _slots(run, component)
    chosen = _chosen(run, ready, slots)
    node = chosen[0].node if run.plan.fault.aim == "node" else ""
    if node and _is_cordoned(run, node):
        _missed(run, f"node {node} is cordoned by somebody else: the run would give it back to everybody")
    helper_node = _elsewhere(run, node, chosen[0]) if node else ""
    targets = [
        Target(pod=pod.name, uid=pod.uid, node=pod.node, component=component, tasks=slots.get(pod.name))
        for pod in chosen
    ]
    fact = TargetsChosen(at=now(), clock="kubernetes", targets=targets, node=node, helper_node=helper_node)
    run.attempt.append(fact)
    return _aim(run, fact, len(ready))


def candidates(run: Run) -> list[Pod]:
    """Pods of the component under attack."""
    return pods(run.cluster, run.namespace, pod_label(run.plan))


def _slots(run: Run, component: Component) -> dict[str, int]:
    """Slots in use of each TaskManager; nothing of JobManagers, and where the JobManager does not tell."""
    return run.jobmanager(Copy.CHAOS).used_slots() if component is Component.TASKMANAGER else {}


def _chosen(run: Run, ready: list[Pod], slots: Mapping[str, int]) -> list[Pod]:
    """At random, those that run tasks before those that run none: nobody misses an idle TaskManager."""
    shuffled = random.Random(run.plan.request.seed).sample(ready, len(ready))  # noqa: S311 - chosen again by the seed
    busy_first = sorted(shuffled, key=lambda pod: slots.get(pod.name) == 0)
    return busy_first[: _amount(run, len(ready))]


def _aim(run: Run, chosen: TargetsChosen, available: int) -> Aim:
    """By name for one strike; by share of the pods with the unique label for several."""
    plan = run.plan
    if plan.fault.rounds(plan.fault_values) > 1:
        return Aim(percentage=math.ceil(100 * len(chosen.targets) / available))
    names = tuple(target.pod for target in chosen.targets)
    return Aim(pods=names, node=chosen.node, helper_node=chosen.helper_node)


def _amount(run: Run, available: int) -> int:
    """How many of the available pods: a number, or a percentage rounded up."""
    text = str(run.plan.fault_values.get("amount", "1"))
    if text.endswith("%"):
        return math.ceil(available * int(text[:-1]) / 100)
    if int(text) > available:
        _missed(run, f"{text} pods are to be hit, {available} are ready; lower `amount`")
    return int(text)


def _elsewhere(run: Run, node: str, target: Pod) -> str:
    """A node for Litmus' own pods: one that is evicted with the target would be restarted, and strike again.

    They tolerate no taint. Among the nodes that take them, the one with the most room: what is evicted needs some too.
    The name is that of the label by which they are sent there.
    """
    where = places_of(run.cluster)
    _remember(run, where, node, target)
    helper: dict[str, Any] = {"metadata": {"namespace": run.namespace, "labels": run.plan.labels}, "spec": {}}
    refusals = {name: place.refuses(helper, where.values()) for name, place in where.items() if name != node}
    free = [where[name] for name, why in sorted(refusals.items()) if not why]
    if not free:
        told = "; ".join(f"{name}: {why}" for name, why in refusals.items())
        _missed(run, f"no other schedulable node than {node}, which is to be drained ({told or 'alone'}): add one")
    chosen = max(free, key=lambda place: (place.free.get("memory", 0.0), place.free.get("cpu", 0.0)))
    return chosen.labels.get(HOSTNAME, chosen.name)


def _remember(run: Run, where: dict[str, Place], node: str, target: Pod) -> None:
    """Journal the nodes as they are before the drain."""
    there = where[node].pods if node in where else []
    bare: dict[str, Any] = {"metadata": {"labels": target.labels}}
    hit = next((pod for pod in there if pod["metadata"].get("uid") == target.uid), bare)
    run.attempt.append(NodesBefore(at=now(), clock="kubernetes", **nodes_before(where, node, hit)))


def _is_cordoned(run: Run, name: str) -> bool:
    node = run.cluster.get(NODES, None, name) or {}
    return bool((node.get("spec") or {}).get("unschedulable"))


def _missed(run: Run, message: str) -> NoReturn:
    run.attempt.append(Evidence(at=now(), clock="kubernetes", felt=False, message=message))
    raise RunEndsError(f"fault: {message}")
