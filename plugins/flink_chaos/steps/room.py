"""Whether the cluster still has room for the chaos copy while a fault takes some away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.resources import PODS
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Unschedulable
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.model.progress_facts import PodWaits
from flink_chaos.steps.troubles import look_for_trouble

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flink_chaos.steps.run import Run


def check_room(run: Run) -> bool:
    """Whether pods of the chaos copy have waited for a node longer than the recovery may take; journaled once.

    Timed from our own first look at each: the API server's clock is another one.
    """
    if run.journal.last(Unschedulable) is not None:
        return True
    waiting = {uid: (name, message) for name, uid, message in homeless(run)}
    since = _first_looks(run, waiting)
    longest = max(((now() - since[uid]).total_seconds() for uid in waiting), default=0.0)
    if longest < run.plan.request.recovery_deadline_seconds:
        return False
    fact = Unschedulable(
        at=now(),
        clock="kubernetes",
        pods=[name for name, _ in waiting.values()],
        seconds=longest,
        message="; ".join(sorted({message for _, message in waiting.values()})),
    )
    run.attempt.append(fact)
    look_for_trouble(run, "no room")
    return True


def homeless(run: Run) -> list[tuple[str, str, str]]:
    """Name, UID and the scheduler's reason of each pod of the chaos copy that finds no node."""
    found = run.cluster.list(PODS, run.namespace, run.plan.labels | {COPY_LABEL: Copy.CHAOS.value})
    told = [(pod["metadata"]["name"], pod["metadata"]["uid"], _unscheduled(pod)) for pod in found]
    return [(name, uid, reason) for name, uid, reason in told if reason]


def _first_looks(run: Run, waiting: Iterable[str]) -> dict[str, datetime]:
    """When each of the pods was first seen without a node; journals those that were not."""
    since = {fact.uid: fact.at for fact in run.journal.all(PodWaits)}
    for uid in waiting:
        if uid not in since:
            fact = PodWaits(at=now(), uid=uid)
            run.attempt.append(fact)
            since[uid] = fact.at
    return since


def _unscheduled(pod: dict[str, Any]) -> str:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return str(condition.get("message") or condition.get("reason") or "the scheduler gives no reason")
    return ""
