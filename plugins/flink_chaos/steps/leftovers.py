"""What a run that has ended has left open in Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.open_transactions import open_transactions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.kafka.admin import Kafka


def open_transactions_of(kafka: Kafka, topics: Iterable[str], key: str) -> list[str]:
    """Transactions of the run with that key on these topics, each with the time after which Kafka aborts it.

    Whoever may not look sees none; the preflight of the next run then finds the topic not closed.
    """
    return [told for topic in topics for told in _on(kafka, topic, key)]


def _on(kafka: Kafka, topic: str, key: str) -> list[str]:
    try:
        found = open_transactions(kafka, topic)
    except KafkaProblem:
        return []
    return [
        f"transaction {one.transactional_id} on {topic} "
        f"(open; Kafka aborts it within {max(0.0, one.timeout_seconds - one.age_seconds):.0f} s)"
        for one in found
        if key in one.transactional_id
    ]
