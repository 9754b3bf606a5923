"""Looks at what is around both copies: the nodes that they run on, and what the cluster tells about them in events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.clock import now_ms
from flink_chaos.cluster.events import events
from flink_chaos.cluster.nodes import node
from flink_chaos.cluster.pods import pods
from flink_chaos.model.facts import TargetsChosen
from flink_chaos.model.observation import EventSeen, NodesState, NodeState
from flink_chaos.model.text import cut

if TYPE_CHECKING:
    from flink_chaos.cluster.events import Event
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.looks import Answer
    from flink_chaos.steps.run import Run

EVENTS_SECONDS = 5.0
"""Between two lists: events carry their own times, and a namespace may keep thousands for an hour."""

MOST_MESSAGE = 1_000
"""Characters of an event's message that are kept; the API server itself allows 1,024 in events of today."""


class NodesLook:
    """Nodes that hold the run's pods; those that held some in this part or are a target stay, to be seen taken back."""

    def __init__(self, run: Run) -> None:
        """The loader's nodes are among them."""
        self.cluster, self.namespace, self.labels = run.cluster, run.namespace, run.plan.labels
        chosen = run.attempt.journal("targets_chosen").all(TargetsChosen)
        self._names = {fact.node for fact in chosen} | {target.node or "" for fact in chosen for target in fact.targets}
        self._last: dict[str, NodeState] | None = None

    def __call__(self) -> Answer:
        """Raises ClusterError when the API server does not answer, or forbids it."""
        self._names |= {pod.node for pod in pods(self.cluster, self.namespace, self.labels)}
        found = {name: self._state(name) for name in sorted(self._names - {""})}
        changed, self._last = found != self._last, found
        return {}, [NodesState(at_ms=now_ms(), nodes=found)] if changed else []

    def _state(self, name: str) -> NodeState:
        found = node(self.cluster, name)
        if found is None:
            return NodeState()
        return NodeState(ready=found.ready, schedulable=found.schedulable, pressure=list(found.pressure))


class EventsLook:
    """Events about pods and FlinkDeployments of both copies, each told once, unless it ended before `since_ms`."""

    def __init__(self, run: Run, since_ms: int) -> None:
        self.cluster, self.namespace, self.since_ms = run.cluster, run.namespace, since_ms
        self.deployments = {own.deployment: copy for copy, own in run.plan.copies.items()}
        self._told: set[str] = set()
        self._due = 0.0

    def __call__(self) -> Answer:
        """Nothing between two lists. Raises ClusterError when the API server does not answer, or forbids it."""
        if clock.monotonic() < self._due:
            return {}, []
        self._due = clock.monotonic() + EVENTS_SECONDS
        listed = [(event, self._copy(event)) for event in events(self.cluster, self.namespace)]
        fresh = [(event, copy) for event, copy in listed if copy is not None and self._is_new(event)]
        self._told.update(event.uid for event, _ in fresh)
        return {}, [_seen(event, copy) for event, copy in fresh]

    def _is_new(self, event: Event) -> bool:
        return event.last_ms >= self.since_ms and event.uid not in self._told

    def _copy(self, event: Event) -> Copy | None:
        """By name: a pod that is gone has events too. Names of pods begin with that of their deployment."""
        if event.kind == "FlinkDeployment":
            return self.deployments.get(event.name)
        owners = [copy for name, copy in self.deployments.items() if event.name.startswith(f"{name}-")]
        return owners[0] if owners and event.kind == "Pod" else None


def _seen(event: Event, copy: Copy) -> EventSeen:
    return EventSeen(
        at_ms=now_ms(),
        copy=copy,
        uid=event.uid,
        about=f"{event.kind}/{event.name}",
        warning=event.warning,
        reason=event.reason,
        message=cut(event.message, MOST_MESSAGE),
        count=event.count,
        first_ms=event.first_ms,
        last_ms=event.last_ms,
    )
