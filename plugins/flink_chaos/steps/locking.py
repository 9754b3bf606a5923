"""One run at a time on a set of topics: a Lease that does not expire by time, and tells what its holder may leave."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.cluster import leases
from flink_chaos.model.footprint import NODE, UNDOING, Footprint, footprint_of, key_of
from flink_chaos.steps.cordons import cordoned
from flink_chaos.steps.leftovers import open_transactions_of
from flink_chaos.steps.owned import left
from flink_chaos.steps.remains import STORE_ERRORS, with_record
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.steps.remains import Remains
    from flink_chaos.steps.run import Run


def take(run: Run) -> Progress:
    """Take the lock, or the lock of a run that has ended and left nothing behind.

    Raises StepError when it is held and the plan says so.
    """
    plan = run.plan
    notes = footprint_of(plan).annotations
    holder = leases.acquire(run.cluster, run.namespace, plan.lease, plan.run_key, notes)
    if holder is None:
        return Progress(done=True, message=f"lease {plan.lease} is ours")
    key = key_of(holder)
    if not key:
        raise StepError(_strange(run, holder))
    stays = _left_by(run, key) if _has_verdict(key) else ["it has not ended"]
    if not stays:
        leases.take_over(run.cluster, run.namespace, plan.lease, holder, plan.run_key, notes)
        return Progress(done=False, message=f"taking lease {plan.lease} over from {key}, which has ended")
    message = f"topics of {plan.pipeline.name} are in use by run {key} (lease {plan.lease}): {', '.join(stays)}"
    if plan.request.on_busy == "refuse":
        raise StepError(
            f"{message}. Wait for it to end, or set on_busy=wait. If it was killed: `flink-chaos undo {key}` takes "
            "away what it left, and `flink-chaos undo --all` that of every run whose process is gone."
        )
    return Progress(done=False, message=message)


def renew(run: Run, notes: Mapping[str, str] | None = None) -> None:
    """Tell that the run is at work. Raises StepError when the lock is its own no more: it must touch nothing then."""
    if not leases.renew(run.cluster, run.namespace, run.plan.lease, run.plan.run_key, notes):
        raise StepError(
            f"the lock on the topics (lease {run.plan.lease}) is not this run's any more: somebody took the run away "
            f"(`flink-chaos undo {run.plan.run_key}`, or the DAG `janitor`), or deleted the lease"
        )


def note_node(run: Run, node: str) -> None:
    """Write the node that is about to be drained into the lease; "" once it was taken back."""
    renew(run, {NODE: node})


def forget_node(remains: Remains) -> None:
    """Write into the leases that the node was taken back: whoever cordons it from now on is somebody else."""
    for lock in _held_by(remains):
        if lock.annotations.get(NODE):
            leases.renew(remains.cluster, remains.namespace, lock.name, lock.holder, {NODE: ""})


def claim(remains: Remains) -> None:
    """Make the lock the undoer's: a run that comes back to life finds it gone, and ends."""
    for lock in _held_by(remains):
        if lock.holder == remains.key:
            leases.take_over(remains.cluster, remains.namespace, lock.name, lock.holder, UNDOING + remains.key, {})


def give_back(remains: Remains) -> list[str]:
    """Release the lock, the run's or its undoer's, and whatever else has its key for a holder; their names."""
    cluster, namespace = remains.cluster, remains.namespace
    return [lock.name for lock in _held_by(remains) if leases.release(cluster, namespace, lock.name, lock.holder)]


def _held_by(remains: Remains) -> list[leases.Held]:
    """Its leases: one, unless somebody copied it."""
    return [lock for lock in leases.all_held(remains.cluster, remains.namespace) if key_of(lock.holder) == remains.key]


def _left_by(run: Run, key: str) -> list[str]:
    """What a run that has ended left behind, that another one would meet."""
    theirs = with_record(Footprint(run_key=key, namespace=run.namespace), run.cluster, run.kafka)
    nodes = [f"nodes/{name} (cordoned)" for name in cordoned(theirs)]
    sinks = [copy.sink for copy in run.plan.copies.values() if not copy.files]
    return [*left(theirs), *nodes, *open_transactions_of(run.kafka, sinks, key)]


def _has_verdict(key: str) -> bool:
    with suppress(*STORE_ERRORS):
        return Store().attempt(key).verdict() is not None
    return False


def _strange(run: Run, holder: str) -> str:
    return (
        f"topics of {run.plan.pipeline.name} are in use by {holder!r} (holder of lease {run.plan.lease} in namespace "
        f"{run.namespace}), which is the key of no run. If nobody knows it, delete that lease"
    )
