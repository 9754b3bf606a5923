"""One run at a time on a set of topics: a Lease that does not expire by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.cluster import leases
from flink_chaos.cluster.resources import CHAOS_ENGINES, DEPLOYMENTS, FLINK_DEPLOYMENTS
from flink_chaos.steps.leftovers import open_transactions_of
from flink_chaos.steps.owned import names
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.store.records import Store, StoreError

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


def take(run: Run) -> Progress:
    """Take the lock, or the lock of a run that has ended and left nothing behind.

    Raises StepError when it is held and the plan says so.
    """
    plan = run.plan
    notes = {"flink-chaos.io/run-id": plan.run_id, "flink-chaos.io/dag-id": plan.dag_id}
    holder = leases.acquire(run.cluster, run.namespace, plan.lease, plan.run_key, notes)
    if holder is None:
        return Progress(done=True, message=f"lease {plan.lease} is ours")
    left = _left_by(run, holder) if _has_verdict(holder) else ["it has not ended"]
    if not left:
        leases.take_over(run.cluster, run.namespace, plan.lease, holder, plan.run_key, notes)
        return Progress(done=False, message=f"taking lease {plan.lease} over from {holder}, which has ended")
    message = f"topics of {plan.pipeline.name} are in use by run {holder} (lease {plan.lease}): {', '.join(left)}"
    if plan.request.on_busy == "refuse":
        raise StepError(
            f"{message}. Wait for it to end, or set on_busy=wait. If it was killed: `flink-chaos undo {holder}` "
            f"where its result is stored, or `kubectl -n {run.namespace} delete lease {plan.lease}`."
        )
    return Progress(done=False, message=message)


def give_back(run: Run) -> bool:
    """Release the lock if it is ours."""
    return leases.release(run.cluster, run.namespace, run.plan.lease, run.plan.run_key)


def _left_by(run: Run, key: str) -> list[str]:
    """What a run that has ended left behind, that another one would meet."""
    return [*names(run, key, CHAOS_ENGINES, FLINK_DEPLOYMENTS, DEPLOYMENTS), *open_transactions_of(run, key)]


def _has_verdict(key: str) -> bool:
    try:
        return Store().attempt(key).verdict() is not None
    except StoreError:
        return False
