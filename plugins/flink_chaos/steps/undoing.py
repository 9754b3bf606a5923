"""Takes away everything that the run made: the fault first, then applications, loader, groups and the lock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import CHAOS_ENGINES, CHAOS_RESULTS, CONFIG_MAPS, FLINK_DEPLOYMENTS, JOBS
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import delete_group
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.facts import Undone
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.steps.injecting import stop_fault, take_node_back
from flink_chaos.steps.locking import give_back
from flink_chaos.steps.run import Progress, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.steps.run import Run


def remove(run: Run) -> None:
    """Ask for the removal of everything; one that fails does not keep the others."""
    stop_fault(run)
    take_node_back(run)
    for resource in (CHAOS_ENGINES, FLINK_DEPLOYMENTS, CONFIG_MAPS):
        for item in run.cluster.list(resource, run.namespace, {RUN_LABEL: run.plan.run_key}):
            if not item["metadata"].get("deletionTimestamp"):
                run.cluster.delete(resource, run.namespace, item["metadata"]["name"], item["metadata"]["uid"])
    run.cluster.delete(CHAOS_RESULTS, run.namespace, result_name(run.plan))


def check_removed(run: Run) -> Progress:
    """Whether nothing is left; then groups and lock go too, and the removal is journaled."""
    left = list(_left(run))
    if left:
        return Progress(done=False, message=f"still there: {', '.join(left)}")
    _finish(run)
    return Progress(done=True, message="nothing left")


def removal_expired(run: Run, message: str) -> None:
    """The deadline passed: journal the residue. The lock stays, so that no other run meets it unaware."""
    run.attempt.append(Undone(at=now(), removed=[], residue=[message]))


def _finish(run: Run) -> None:
    removed = [copy.group for copy in run.plan.copies.values() if _tried(partial(delete_group, run.kafka, copy.group))]
    if give_back(run):
        removed.append(run.plan.lease)
    run.attempt.append(Undone(at=now(), removed=removed, residue=[]))


def _left(run: Run) -> Iterator[str]:
    for resource in (CHAOS_ENGINES, FLINK_DEPLOYMENTS, CONFIG_MAPS, JOBS):
        for item in run.cluster.list(resource, run.namespace, {RUN_LABEL: run.plan.run_key}):
            yield f"{resource.plural}/{item['metadata']['name']}"


def _tried(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except (KafkaProblem, ClusterError):
        return False
