"""What a run that has ended has left open in Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.open_transactions import open_transactions
from flink_chaos.model.base import Guarantee

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


def open_transactions_of(run: Run, key: str) -> list[str]:
    """Transactions of the run with that key on the sinks of this one, each with the time after which Kafka aborts it.

    An AT_LEAST_ONCE run has none of its own; an earlier one that it meets may have left some.

    Whoever may not look sees none; the preflight of the next run then finds the topic not closed.
    """
    own = key == run.plan.run_key
    if own and run.plan.request.delivery_guarantee is not Guarantee.EXACTLY_ONCE:
        return []
    topics = [copy.sink for copy in run.plan.copies.values() if not copy.files]
    return [told for topic in topics for told in _on(run, topic, key)]


def _on(run: Run, topic: str, key: str) -> list[str]:
    try:
        found = open_transactions(run.kafka, topic)
    except KafkaProblem:
        return []
    return [
        f"transaction {one.transactional_id} on {topic} "
        f"(open; Kafka aborts it within {max(0.0, one.timeout_seconds - one.age_seconds):.0f} s)"
        for one in found
        if key in one.transactional_id
    ]
