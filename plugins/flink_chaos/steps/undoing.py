"""Takes away everything that the run made: the fault first, then applications, loader, groups and the lock."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError, is_passing
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    CHAOS_RESULTS,
    CONFIG_MAPS,
    FLINK_DEPLOYMENTS,
    JOBS,
    NODES,
    PODS,
)
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import delete_group
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.facts import Undone
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.steps.injecting import UNCORDON, stop_fault, take_node_back
from flink_chaos.steps.leftovers import open_transactions_of
from flink_chaos.steps.locking import give_back
from flink_chaos.steps.owned import ALL_KINDS, FLINK_KINDS, engine_uids, has_ended, is_litmus, owned, told
from flink_chaos.steps.run import Progress, StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.run import Run

Raw = dict[str, Any]
CORDONED_BY = "flink-chaos.io/cordoned-by"
"""Annotation of a node: the ChaosResult whose experiment has cordoned it."""


def remove(run: Run) -> None:
    """Ask for the removal of everything; one that fails does not keep the others.

    What Flink's and Litmus' operators remove by themselves is left to them, as long as they have something to do.
    Raises the first failure in the end. Asking again asks for what is left.
    """
    deeds: list[Callable[[Run], object]] = [
        stop_fault,
        take_node_back,
        _take_marked_nodes_back,
        partial(_delete, resource=CHAOS_ENGINES),
        partial(_delete, resource=FLINK_DEPLOYMENTS),
        _delete_own_config_maps,
        _delete_what_flink_left,
        _delete_what_litmus_left,
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
        left = _left(run)
        if not left:
            take_node_back(run)  # cordoned, perhaps, by what has ended since it was asked
            _take_marked_nodes_back(run)
    except ClusterError as error:
        if error.status == HTTPStatus.FORBIDDEN and not is_passing(error):
            removal_expired(run, str(error))
        return Progress(done=False, message=str(error))
    left = left or _delete_groups(run)
    if left:
        return Progress(done=False, message=f"still there: {', '.join(left)}")
    return Progress(done=True, message=_finish(run))


def removal_expired(run: Run, message: str) -> None:
    """The deadline passed: journal the residue. The lock stays, so that no other run meets it unaware."""
    residue = _seen_left(run) or [message]
    run.attempt.append(Undone(at=now(), removed=_removed(run, residue), residue=residue))
    raise StepError(f"not all was taken away: {message}. `flink-chaos undo {run.plan.run_key}` tries again.")


def _delete(run: Run, resource: Resource) -> None:
    _delete_all(run, resource, owned(run, run.plan.run_key, resource))


def _delete_own_config_maps(run: Run) -> None:
    """Those that we made; those of Flink's high availability are Flink's as long as it is there."""
    found = owned(run, run.plan.run_key, CONFIG_MAPS)
    ours = [item for item in found if (item["metadata"].get("labels") or {}).get(RUN_LABEL) == run.plan.run_key]
    _delete_all(run, CONFIG_MAPS, ours)


def _delete_what_flink_left(run: Run) -> None:
    """Nobody else removes it once the FlinkDeployment is gone: its operator was away, or its finalizer was forced."""
    if owned(run, run.plan.run_key, FLINK_DEPLOYMENTS):
        return
    uids = engine_uids(run)
    for kind in FLINK_KINDS:
        found = owned(run, run.plan.run_key, kind)
        _delete_all(run, kind, [item for item in found if kind is not PODS or not is_litmus(item, uids)])


def _delete_what_litmus_left(run: Run) -> None:
    """Not what still acts: it takes the fault back as its last deed. The result goes last: it tells the uid."""
    if owned(run, run.plan.run_key, CHAOS_ENGINES):
        return
    uids = engine_uids(run)
    pods = _litmus_pods(run, uids)
    ended = [pod for pod in pods if has_ended(run, pod)]
    _delete_all(run, PODS, ended)
    if len(ended) == len(pods):
        _delete_all(run, JOBS, owned(run, run.plan.run_key, JOBS, uids))
        _delete_all(run, CHAOS_RESULTS, owned(run, run.plan.run_key, CHAOS_RESULTS, uids))


def _litmus_pods(run: Run, uids: Collection[str]) -> list[Raw]:
    return [pod for pod in owned(run, run.plan.run_key, PODS, uids) if is_litmus(pod, uids)]


def _delete_all(run: Run, resource: Resource, items: Iterable[Raw]) -> None:
    asked = []
    for item in items:
        metadata = item["metadata"]
        if not metadata.get("deletionTimestamp") and run.cluster.delete(
            resource, run.namespace, metadata["name"], metadata["uid"]
        ):
            asked.append(f"{resource.plural}/{metadata['name']}")
    if asked:
        run.attempt.append(RemovalAsked(at=now(), names=asked))


def _take_marked_nodes_back(run: Run) -> None:
    """Nodes that this run's experiment has cordoned by its own mark, whatever the journal knows of them."""
    if run.plan.fault.aim != "node":
        return
    for node in run.cluster.list(NODES, None, metadata_only=True):
        if (node["metadata"].get("annotations") or {}).get(CORDONED_BY) == result_name(run.plan):
            run.cluster.merge(NODES, None, node["metadata"]["name"], UNCORDON)


def _left(run: Run) -> list[str]:
    """What is still in the cluster, in words."""
    uids = engine_uids(run)
    return [told(kind, item) for kind in ALL_KINDS for item in owned(run, run.plan.run_key, kind, uids)]


def _seen_left(run: Run) -> list[str]:
    """The same, as far as it can be looked at, with groups and transactions."""
    try:
        left = _left(run)
    except ClusterError:
        return []
    return [*left, *_delete_groups(run), *open_transactions_of(run, run.plan.run_key)]


def _delete_groups(run: Run) -> list[str]:
    """The groups that are still there, each with the reason."""
    left, deleted = [], []
    for group in run.plan.groups:
        try:
            if delete_group(run.kafka, group):
                deleted.append(f"group {group}")
        except KafkaProblem as problem:
            left.append(f"group {group}: {problem}")
    if deleted:
        run.attempt.append(RemovalAsked(at=now(), names=deleted))
    return left


def _finish(run: Run) -> str:
    """Free the lock, unless a transaction is open: Kafka ends that by itself, then another run may take the lock."""
    residue = open_transactions_of(run, run.plan.run_key)
    removed = _removed(run, residue)
    if not residue and give_back(run):
        removed.append(run.plan.lease)
    run.attempt.append(Undone(at=now(), removed=removed, residue=residue))
    return f"nothing left but {'; '.join(residue)}" if residue else "nothing left"


def _removed(run: Run, residue: Iterable[str]) -> list[str]:
    """What was asked for and is not left."""
    left = [one.partition(" (")[0] for one in residue]
    asked = dict.fromkeys(name for fact in run.journal.all(RemovalAsked) for name in fact.names)
    return [name for name in asked if not any(one == name or one.startswith(f"{name}:") for one in left)]


def _failure(deed: Callable[[Run], object], run: Run) -> ClusterError | None:
    try:
        deed(run)
    except ClusterError as error:
        return error
    return None
