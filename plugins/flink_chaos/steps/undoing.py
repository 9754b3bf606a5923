"""Takes away everything that a run made: the fault first, then applications, loader, groups and the lock.

Nothing here waits for the store: it may be what has failed.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.cluster.errors import ClusterError, is_passing
from flink_chaos.cluster.resources import (
    CHAOS_ENGINES,
    FLINK_DEPLOYMENTS,
)
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import delete_group, groups_ending
from flink_chaos.model.facts import TopicBegin, Undone
from flink_chaos.model.removal_facts import RemovalAsked
from flink_chaos.steps.cordons import take_nodes_back
from flink_chaos.steps.leftovers import open_transactions_of
from flink_chaos.steps.locking import forget_node, give_back
from flink_chaos.steps.owned import left
from flink_chaos.steps.remains import remains_of
from flink_chaos.steps.removing import (
    delete_own_config_maps,
    delete_owned,
    delete_what_flink_left,
    delete_what_litmus_left,
    stop_faults,
)
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.steps.standing import passed, stands

REMOVAL = "removal"

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flink_chaos.steps.remains import Remains
    from flink_chaos.steps.run import Run


def remove(run: Remains) -> None:
    """Ask for the removal of everything; one that fails does not keep the others.

    What Flink's and Litmus' operators remove by themselves is left to them, as long as they have something to do.
    Raises the first failure in the end. Asking again asks for what is left.
    """
    deeds: list[Callable[[Remains], object]] = [
        stop_faults,
        take_nodes_back,
        partial(delete_owned, resource=CHAOS_ENGINES),
        partial(delete_owned, resource=FLINK_DEPLOYMENTS),
        delete_own_config_maps,
        delete_what_flink_left,
        delete_what_litmus_left,
    ]
    failures = [failure for deed in deeds if (failure := _failure(deed, run))]
    if failures:
        raise failures[0]


def check_removed(run: Run) -> Progress:
    """`check_away` of a run at work."""
    return check_away(remains_of(run))


def removal_expired(run: Run, message: str) -> None:
    """`stay` of a run at work."""
    stay(remains_of(run), message)


def check_away(run: Remains) -> Progress:
    """Whether nothing is left; then groups and lock go too, and the removal is journaled.

    What could not be asked for is asked for again; what is forbidden for a minute on end is residue.
    """
    try:
        remove(run)
        stays = left(run)
        if not stays:
            take_nodes_back(run)  # cordoned, perhaps, by what has ended since it was asked
            forget_node(run)
    except ClusterError as error:
        forbidden = error.status == HTTPStatus.FORBIDDEN and not is_passing(error)
        if forbidden and (standing := stands(run, REMOVAL, str(error))):
            stay(run, standing)
        if not forbidden:
            passed(run, REMOVAL)
        return Progress(done=False, message=str(error))
    stays = stays or _delete_groups(run)
    if stays:
        return Progress(done=False, message=f"still there: {', '.join(stays)}")
    return Progress(done=True, message=_finish(run))


def stay(run: Remains, message: str) -> None:
    """The deadline passed: journal the residue. The lock stays, so that no other run meets it unaware."""
    residue = _seen_left(run) or [message]
    run.attempt.append(Undone(at=now(), removed=_removed(run, residue), residue=residue))
    raise StepError(f"not all was taken away: {message}. `flink-chaos undo {run.key}` tries again.")


def _seen_left(run: Remains) -> list[str]:
    """The same, as far as it can be looked at, with groups and transactions."""
    try:
        stays = left(run)
    except ClusterError:
        return []
    return [*stays, *_delete_groups(run), *_transactions(run)]


def _transactions(run: Remains) -> list[str]:
    return open_transactions_of(run.kafka, run.footprint.topics, run.key)


def _delete_groups(run: Remains) -> list[str]:
    """The groups that are still there, each with the reason; nobody asks a Kafka in which none was made."""
    if run.attempt.whole and run.journal.last(TopicBegin) is None:
        return []
    left, deleted = [], []
    try:
        known = run.footprint.groups
        groups = groups_ending(run.kafka, f".{run.key}") if known is None else known
    except KafkaProblem as problem:
        return [f"consumer groups: {problem}"]
    for group in groups:
        try:
            if delete_group(run.kafka, group):
                deleted.append(f"group {group}")
        except KafkaProblem as problem:
            left.append(f"group {group}: {problem}")
    if deleted:
        run.attempt.append(RemovalAsked(at=now(), names=deleted))
    return left


def _finish(run: Remains) -> str:
    """Free the lock, unless a transaction is open: Kafka ends that by itself, then another run may take the lock."""
    residue = _transactions(run)
    removed = _removed(run, residue)
    if not residue:
        removed += give_back(run)
    run.attempt.append(Undone(at=now(), removed=removed, residue=residue, nodes_back=True))
    return f"nothing left but {'; '.join(residue)}" if residue else "nothing left"


def _removed(run: Remains, residue: Iterable[str]) -> list[str]:
    """What was asked for and is not left."""
    left = [one.partition(" (")[0] for one in residue]
    asked = dict.fromkeys(name for fact in run.journal.all(RemovalAsked) for name in fact.names)
    return [name for name in asked if not any(one == name or one.startswith(f"{name}:") for one in left)]


def _failure(deed: Callable[[Remains], object], run: Remains) -> ClusterError | None:
    try:
        deed(run)
    except ClusterError as error:
        return error
    return None
