"""Looks for what is wrong in the cluster when the run did not go on, so that a wait never ends in a bare time-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.events import events
from flink_chaos.cluster.places import places
from flink_chaos.cluster.pods import pod_log
from flink_chaos.cluster.resources import NODES, PODS
from flink_chaos.cluster.trouble import event_causes, is_for_room, pod_causes, refusals
from flink_chaos.model.base import Component
from flink_chaos.model.facts import FaultStarted
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.trouble_facts import Cause, NodesBefore, Trouble
from flink_chaos.steps.owned import CHAOS_UID
from flink_chaos.steps.run import RunEndsError, StepError
from flink_chaos.steps.shortage import by_others

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flink_chaos.model.trouble_facts import Moment
    from flink_chaos.steps.run import Run

Raw = dict[str, Any]
MOST_CAUSES = 10
LOG_LINES = 500


def look_for_trouble(run: Run, moment: Moment, wait: str = "") -> list[Cause]:
    """Journal what is wrong with the run's pods, if anything is. A cluster that may not be looked at tells nothing."""
    try:
        found = [_named(run, cause) for cause in _causes(run)]
    except ClusterError:
        return []
    causes = list(dict.fromkeys(found))[:MOST_CAUSES]
    if causes:
        run.attempt.append(Trouble(at=now(), clock="kubernetes", moment=moment, wait=wait, causes=causes))
    return causes


def explained(message: str, causes: list[Cause]) -> StepError | RunEndsError:
    """The error of a step that could not go on: it ends the run INCONCLUSIVE if the application is not the cause."""
    told = "; ".join([message, *(cause.told for cause in causes)])
    return RunEndsError(told) if any(cause.outside for cause in causes) else StepError(told)


def _causes(run: Run) -> Iterator[Cause]:
    """Of a drained node the room is the fault's own doing, unless others took more."""
    nodes, everybody = run.cluster.list(NODES, None), run.cluster.list(PODS, None)
    before = run.journal.last(NodesBefore)
    drained, pods = before.drained if before else "", _own_pods(run, everybody)
    told = [*pod_causes(pods, nodes, drained), *event_causes(_own_events(run), pods, drained)]
    yield from (cause for cause in told if not drained or not is_for_room(cause))
    if drained and any(map(is_for_room, told)):
        yield from _for_room(told, nodes, everybody, pods, before)
    yield from _refused_by_jobmanagers(run, pods)


def _for_room(
    told: Iterable[Cause], nodes: list[Raw], everybody: list[Raw], pods: list[Raw], before: NodesBefore | None
) -> Iterator[Cause]:
    """Pods without a node while one is drained."""
    waiting = {cause.about for cause in told if is_for_room(cause)}
    homeless = [pod for pod in pods if f"pods/{pod['metadata']['name']}" in waiting]
    others = by_others(places(nodes, everybody), homeless, before)
    for cause in told:
        if is_for_room(cause):
            words = f"{cause.words}; it would have found one, but {' and '.join(others)}" if others else cause.words
            yield cause.model_copy(update={"outside": bool(others), "words": words})


def _own_pods(run: Run, everybody: Iterable[Raw]) -> list[Raw]:
    started = run.journal.last(FaultStarted)
    wanted = {(RUN_LABEL, run.plan.run_key), (CHAOS_UID, started.uid if started else None)}
    return [pod for pod in everybody if wanted & (pod["metadata"].get("labels") or {}).items()]


def _own_events(run: Run) -> list[Any]:
    """By name: of what could not be made there is nothing else. None where they may not be read."""
    try:
        return [event for event in events(run.cluster, run.namespace) if run.plan.run_key in event.name]
    except ClusterError:
        return []


def _refused_by_jobmanagers(run: Run, pods: Iterable[Raw]) -> Iterator[Cause]:
    """A JobManager that has no TaskManager says in its log who refused it."""
    roles = {(_label(pod, "app"), _label(pod, "component")): pod["metadata"]["name"] for pod in pods}
    for (app, role), name in roles.items():
        if role == Component.JOBMANAGER and (app, Component.TASKMANAGER) not in roles:
            yield from (
                Cause(about=f"flinkdeployments/{app}", words=f"no TaskManager: {words}", outside=True)
                for words in refusals(_log(run, name))
            )


def _log(run: Run, pod: str) -> str:
    try:
        return pod_log(run.cluster, run.namespace, pod, tail=LOG_LINES)
    except ClusterError:
        return ""


def _label(pod: Raw, name: str) -> str:
    return str((pod["metadata"].get("labels") or {}).get(name, ""))


def _named(run: Run, cause: Cause) -> Cause:
    """With the copy that it hit: names begin with that of the deployment."""
    whose = {own.deployment: copy.value for copy, own in run.plan.copies.items()} | {run.plan.loader: "loader"}
    name = cause.about.partition("/")[2]
    found = next((who for deployment, who in whose.items() if name.startswith(deployment)), "")
    return cause.model_copy(update={"whose": found})
