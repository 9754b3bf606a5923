"""Why records that Flink had written were never seen: Kafka aborts a transaction that is open for too long.

Flink commits a transaction only once its checkpoint has completed everywhere. A transaction that Kafka has aborted in
the meantime cannot be committed any more; Flink's Kafka sink logs that and goes on, and the records are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.comparison_facts import Counts, RecordProof

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery


def too_short(plan: RunPlan, journal: Journal, recovery: Recovery | None) -> str:
    """What the time-out was too short for, where records were lost that are in aborted transactions; else empty."""
    counts, proof = journal.last(Counts, copy_=Copy.CHAOS), journal.last(RecordProof, copy_=Copy.CHAOS)
    timeout = plan.pipeline.application.transaction_timeout_seconds
    has_some = plan.request.delivery_guarantee is Guarantee.EXACTLY_ONCE and plan.pipeline.files is None
    if not has_some or not (counts and counts.lost):
        return ""
    longest, what = _longest_open(plan, recovery)
    if proof is None or not proof.deliveries.aborted or longest <= timeout:
        return ""
    return (
        f"{proof.deliveries.aborted:,} records are in transactions that Kafka aborted: transaction time-out "
        f"{timeout} s, but {what} a transaction was open for {longest:.0f} s"
    )


def _longest_open(plan: RunPlan, recovery: Recovery | None) -> tuple[float, str]:
    """Seconds from a transaction's first record to its commit, by the slowest checkpoint or the whole recovery.

    A transaction begins after the checkpoint before it, and waits for the recovery if the fault meets it on its way.
    """
    if recovery is None:
        return 0.0, ""
    interval = plan.request.checkpoint_interval_seconds
    slow = max((span.longest_ms or 0 for span in recovery.checkpoints[1:]), default=0) / 1000
    out = (recovery.seconds("running") or 0.0) - (recovery.seconds("felt") or 0.0)
    back = out + (recovery.restored_age_seconds or 0.0) + interval
    if slow + interval >= back:
        return slow + interval, "with the slowest checkpoint"
    return back, "until the recovery"
