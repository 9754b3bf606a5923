"""Why pods do not work, in words, and whether that is the cluster's doing or the application's own.

Of the application itself are: the exit code of its container, a crash loop, too little memory or disk for what it does
(its limits belong to the profile under test). Everything else comes from outside: no node, an image that cannot be
pulled, a quota or policy, a volume, a node that is lost. A container that was killed for memory on a node that was
short of it itself was killed from outside too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.nodes import node_of
from flink_chaos.model.text import cut
from flink_chaos.model.trouble_facts import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flink_chaos.cluster.events import Event
    from flink_chaos.cluster.nodes import Node

Raw = dict[str, Any]
MOST_WORDS = 300
STARTING = ("ContainerCreating", "PodInitializing")
CRASHING = "CrashLoopBackOff"
OUT_OF_MEMORY = "OOMKilled"
NOT_BY_ITSELF = ("ContainerStatusUnknown", "ContainerCannotRun", "StartError")
"""Reasons of an end that its program did not come to by itself."""

NO_NODE = "no node: "
MAKERS = ("Deployment", "ReplicaSet", "StatefulSet", "Job")
HINDERED = (
    "FailedMount",
    "FailedAttachVolume",
    "FailedCreatePodSandBox",
    "NetworkNotReady",
    "FailedBinding",
    "ProvisioningFailed",
)
"""Events about a pod that has not started."""

TAKEN = ("NodeNotReady", "TaintManagerEviction", "Preempted", "Evicted", "NodeShutdown", "Preempting")
"""Events about a pod that something takes away, or whose node is lost."""

OWN_LIMIT = re.compile(r"exceed\w* .*(limit|storage)", re.IGNORECASE)
"""The kubelet evicts a pod that uses more disk than it may."""

REFUSED = re.compile(r"is forbidden|exceeded quota|denied the request|violates PodSecurity|failed calling webhook")
REFUSAL = re.compile(
    r"((?:pods|admission webhook) \"[^\"]+\" (?:is forbidden|denied the request)[^\n]*?)(?:\. Received|$)", re.MULTILINE
)


def pod_causes(pods: Iterable[Raw], nodes: Iterable[Raw], drained: str = "") -> Iterator[Cause]:
    """What is wrong with pods as they are now. `drained` is the node that the fault drains: it evicts by our wish."""
    known = {node["metadata"]["name"]: node_of(node) for node in nodes}
    for pod in pods:
        about, on = f"pods/{pod['metadata']['name']}", (pod.get("spec") or {}).get("nodeName", "")
        outside = [*_lost(pod, ours=bool(on) and on == drained), *_hindered(pod), *_node(on, known)]
        yield from (Cause(about=about, words=cut(words, MOST_WORDS), outside=True) for words in outside)
        for words, own in _containers(pod, known.get(on)):
            yield Cause(about=about, words=cut(words, MOST_WORDS), outside=not own)


def event_causes(events: Iterable[Event], pods: Sequence[Raw], drained: str = "") -> Iterator[Cause]:
    """What events tell that pods do not: who may not make them, and what took away those that are gone."""
    waiting = {pod["metadata"]["name"] for pod in pods if (pod.get("status") or {}).get("phase") == "Pending"}
    for event in events:
        words = cut(f"{event.reason}: {event.message}", MOST_WORDS)
        about = f"{event.kind.lower()}s/{event.name}"
        if not event.warning and event.reason not in TAKEN:
            continue
        if _is_refusal(event) or (event.kind == "Pod" and event.reason in HINDERED and event.name in waiting):
            yield Cause(about=about, words=words, outside=True)
        if event.kind == "Pod" and event.reason in TAKEN and not (drained and event.reason == "Evicted"):
            yield Cause(about=about, words=words, outside=not OWN_LIMIT.search(event.message))


def refusals(log: str) -> list[str]:
    """What a JobManager was told when it asked for TaskManagers: no event tells it, as no controller makes them."""
    return list(dict.fromkeys(cut(found, MOST_WORDS) for found in REFUSAL.findall(log)))


def is_for_room(cause: Cause) -> bool:
    """Whether a pod waits for a node, and not for a volume or a node of some kind that was never there."""
    return cause.words.startswith(NO_NODE) and "PersistentVolumeClaim" not in cause.words


def _is_refusal(event: Event) -> bool:
    made = event.kind in MAKERS and event.reason == "FailedCreate"
    return made or (event.kind == "FlinkDeployment" and bool(REFUSED.search(event.message)))


def _lost(pod: Raw, *, ours: bool) -> Iterator[str]:
    """Why a pod was taken away or will be; by whom, its condition tells."""
    status = pod.get("status") or {}
    if status.get("phase") == "Failed" and status.get("reason") and not OWN_LIMIT.search(status.get("message") or ""):
        yield _told(status)
    for condition in status.get("conditions") or []:
        evicted = condition.get("reason") == "EvictionByEvictionAPI"
        if _holds(condition, "DisruptionTarget", "True") and not (ours and evicted):
            yield _told(condition)


def _hindered(pod: Raw) -> Iterator[str]:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if _holds(condition, "PodScheduled", "False"):
            yield f"{NO_NODE}{condition.get('message') or condition.get('reason')}"


def _node(name: str, known: Mapping[str, Node]) -> Iterator[str]:
    """A cordon hurts no pod that is there."""
    if name and known and name not in known:
        yield f"its node {name} is gone"
    elif name in known and not known[name].ready and known[name].closed:
        yield f"its node {name} is {known[name].closed}"


def _containers(pod: Raw, node: Node | None) -> Iterator[tuple[str, bool]]:
    """What containers wait for or ended with, and whether the application itself is the reason."""
    status = pod.get("status") or {}
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        name, state = container.get("name", "?"), container.get("state") or {}
        ended = state.get("terminated") or (container.get("lastState") or {}).get("terminated")
        waiting = state.get("waiting") or {}
        if waiting.get("reason") and waiting["reason"] not in STARTING:
            own = waiting["reason"] == CRASHING
            yield f"container {name} waits: {_told(waiting)}", own and (ended is None or _own_end(ended, node))
        if ended and (ended.get("exitCode") or ended.get("reason") == OUT_OF_MEMORY):
            yield (
                f"container {name} ended with exit code {ended.get('exitCode')}, {_told(ended)}",
                _own_end(ended, node),
            )


def _own_end(ended: Raw, node: Node | None) -> bool:
    """A node that is short of memory kills whom it likes."""
    if ended.get("reason") == OUT_OF_MEMORY:
        return node is None or "MemoryPressure" not in node.pressure
    return ended.get("reason") not in NOT_BY_ITSELF


def _holds(condition: Raw, kind: str, status: str) -> bool:
    return condition.get("type") == kind and condition.get("status") == status


def _told(what: Raw) -> str:
    return ": ".join(str(what[key]).strip() for key in ("reason", "message") if what.get(key)) or "no reason given"
