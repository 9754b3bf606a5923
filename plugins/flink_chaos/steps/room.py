"""Whether the cluster still has room for the chaos copy while a fault takes some away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.resources import PODS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Unschedulable
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.steps.troubles import look_for_trouble

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


def check_room(run: Run) -> bool:
    """Whether pods of the chaos copy have waited for a node longer than the recovery may take; journaled once."""
    if run.journal.last(Unschedulable) is not None:
        return True
    waiting = homeless(run)
    longest = max((seconds for _, seconds, _ in waiting), default=0.0)
    if longest < run.plan.request.recovery_deadline_seconds:
        return False
    fact = Unschedulable(
        at=now(),
        clock="kubernetes",
        pods=[name for name, _, _ in waiting],
        seconds=longest,
        message="; ".join(sorted({message for _, _, message in waiting})),
    )
    run.attempt.append(fact)
    look_for_trouble(run, "no room")
    return True


def homeless(run: Run) -> list[tuple[str, float, str]]:
    """Name, seconds of waiting and the scheduler's reason of each pod of the chaos copy that finds no node."""
    found = run.cluster.list(PODS, run.namespace, run.plan.labels | {COPY_LABEL: Copy.CHAOS.value})
    return [(pod["metadata"]["name"], *told) for pod in found if (told := _unscheduled(pod))]


def _unscheduled(pod: dict[str, Any]) -> tuple[float, str] | None:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            since = condition.get("lastTransitionTime") or pod["metadata"].get("creationTimestamp")
            waited = (now() - datetime.fromisoformat(since)).total_seconds() if since else 0.0
            return waited, str(condition.get("message") or condition.get("reason"))
    return None
