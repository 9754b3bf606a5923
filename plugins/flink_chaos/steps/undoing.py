"""Takes away everything that the run made: the fault first, then applications, loader, groups and the lock."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import CHAOS_ENGINES, CHAOS_RESULTS, CONFIG_MAPS, FLINK_DEPLOYMENTS, JOBS
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import delete_group
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.facts import Undone
from flink_chaos.steps.injecting import acting_pods, stop_fault, take_node_back
from flink_chaos.steps.locking import give_back
from flink_chaos.steps.owned import names, owned
from flink_chaos.steps.run import Progress, StepError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.run import Run

DELETED = (CHAOS_ENGINES, FLINK_DEPLOYMENTS, CONFIG_MAPS)
"""Kinds that a run creates; Jobs go with their engine."""


def remove(run: Run) -> None:
    """Ask for the removal of everything; one that fails does not keep the others.

    Raises the first failure in the end. Asking again asks for what is left.
    """
    deeds: list[Callable[[Run], object]] = [
        stop_fault,
        take_node_back,
        *(partial(_delete, resource=resource) for resource in DELETED),
        _forget_result,
    ]
    failures = [failure for deed in deeds if (failure := _failure(deed, run))]
    if failures:
        raise failures[0]


def check_removed(run: Run) -> Progress:
    """Whether nothing is left; then groups and lock go too, and the removal is journaled.

    What could not be asked for is asked for again. Raises StepError at once for what is forbidden.
    """
    try:
        remove(run)
        left = [*names(run, run.plan.run_key, *DELETED, JOBS), *acting_pods(run)]
        if not left:
            take_node_back(run)  # cordoned, perhaps, by what has ended since it was asked
    except ClusterError as error:
        if error.status == HTTPStatus.FORBIDDEN:
            removal_expired(run, str(error))
        return Progress(done=False, message=str(error))
    if left:
        return Progress(done=False, message=f"still there: {', '.join(left)}")
    _finish(run)
    return Progress(done=True, message="nothing left")


def removal_expired(run: Run, message: str) -> None:
    """The deadline passed: journal the residue. The lock stays, so that no other run meets it unaware."""
    run.attempt.append(Undone(at=now(), removed=[], residue=[message]))
    raise StepError(f"not all was taken away: {message}. `flink-chaos undo {run.plan.run_key}` tries again.")


def _delete(run: Run, resource: Resource) -> None:
    for item in owned(run, run.plan.run_key, resource):
        if not item["metadata"].get("deletionTimestamp"):
            run.cluster.delete(resource, run.namespace, item["metadata"]["name"], item["metadata"]["uid"])


def _forget_result(run: Run) -> None:
    run.cluster.delete(CHAOS_RESULTS, run.namespace, result_name(run.plan))


def _finish(run: Run) -> None:
    removed = [copy.group for copy in run.plan.copies.values() if _tried(partial(delete_group, run.kafka, copy.group))]
    if give_back(run):
        removed.append(run.plan.lease)
    run.attempt.append(Undone(at=now(), removed=removed, residue=[]))


def _failure(deed: Callable[[Run], object], run: Run) -> ClusterError | None:
    try:
        deed(run)
    except ClusterError as error:
        return error
    return None


def _tried(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except (KafkaProblem, ClusterError):
        return False
