"""What keeps a sink's last stable offset back, and so its consumers from reading on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.open_transactions import open_transactions
from flink_chaos.kafka.topics import end_offsets, last_stable_offsets
from flink_chaos.model.facts import OpenTransactions

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.facts import OpenTransaction
    from flink_chaos.steps.run import Run


def open_on(run: Run, topic: str) -> str:
    """Why the topic has no closed end: which transactions are open, if that can be asked."""
    found = _asked(run, topic)
    told = [f"{one.transactional_id} since {one.age_seconds:.0f} s of {one.timeout_seconds:.0f} s" for one in found]
    return f"a transaction is open on {topic}" + (f": {'; '.join(told)}" if told else "")


def journal_open(run: Run, copy: Copy) -> None:
    """What keeps a copy's sink open, as a fact: how much is behind it, and which transactions if that can be asked."""
    topic = run.plan.copies[copy].sink
    ends, stable = end_offsets(run.kafka, topic), last_stable_offsets(run.kafka, topic)
    behind = {number: end - stable[number] for number, end in ends.items() if end > stable.get(number, end)}
    found = _asked(run, topic)
    run.attempt.append(OpenTransactions(at=now(), clock="kafka", copy=copy, transactions=found, behind=behind))


def _asked(run: Run, topic: str) -> list[OpenTransaction]:
    try:
        return open_transactions(run.kafka, topic)
    except KafkaProblem:
        return []
