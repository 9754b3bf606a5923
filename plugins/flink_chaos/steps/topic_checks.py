"""Whether the topics of a run keep what is written to them, and whose clock their timestamps are by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.kafka.topic_states import topic_state
from flink_chaos.kafka.topics import partition_count
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.topic_states import topics_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.topic_facts import TopicState
    from flink_chaos.steps.run import Run

RECORD_BYTES = 1_000
"""Supposed, for a warning only: a topic does not tell how large its records will be."""


def topic_settings(run: Run) -> str:
    """Look at the topics that exist; those that a run makes itself are as the run wants them.

    Raises ValueError for a topic whose records vanish within any run, PreflightWarning where they might.
    """
    topics = [topic for topic in topics_of(run) if partition_count(run.kafka, topic)]
    states = [topic_state(run.kafka, topic, "before") for topic in topics]
    if blocking := [told for state in states for told in _vanishing(run.plan, state)]:
        raise ValueError("; ".join(blocking))
    if risky := [told for state in states for told in _risky(run.plan, state)]:
        raise PreflightWarning("; ".join(risky))
    return "; ".join(map(_told, states)) or "no topic exists yet"


def _vanishing(plan: RunPlan, state: TopicState) -> Iterator[str]:
    """Both methods of comparing read the same topic, so that what it removes is missing for both."""
    if state.compacted:
        yield (
            f"{state.topic} is compacted (cleanup.policy={state.cleanup_policy}): Kafka removes records that have the "
            "key of a later one, and duplicates with them; name another topic, or set cleanup.policy=delete"
        )
    kept = state.retention_ms
    if kept is not None and 0 <= kept < 1000 * plan.request.load_seconds:
        yield (
            f"{state.topic} keeps records for {kept / 1000:g} s (retention.ms={kept}), loading them alone takes "
            f"{plan.request.load_seconds:,.0f} s; raise it"
        )


def _risky(plan: RunPlan, state: TopicState) -> Iterator[str]:
    kept, longest = state.retention_ms, plan.deadlines.total
    if kept is not None and 0 <= kept < 1000 * longest:
        yield (
            f"{state.topic} keeps records for {kept / 1000:,.0f} s (retention.ms={kept}), a run and its comparison may "
            f"take up to {longest:,} s; raise it"
        )
    records = plan.records_to_write // max(1, state.partitions)
    size, needed = state.retention_bytes, records * RECORD_BYTES
    if size is not None and 0 <= size < needed:
        yield (
            f"{state.topic} keeps {size:,} bytes of a partition (retention.bytes), {records:,} records of "
            f"{RECORD_BYTES:,} bytes would be {needed:,}; raise it"
        )
    if not state.cleanup_policy:
        yield f"{state.topic}: whether its records are kept is not told; give this user DESCRIBE_CONFIGS on it (ACL)"


def _told(state: TopicState) -> str:
    kept = "for ever" if state.retention_ms == -1 else f"for {(state.retention_ms or 0) / 3_600_000:,.1f} h"
    return f"{state.topic}: {state.partitions} partitions, kept {kept}, {state.timestamp_type}"
