"""Topics as they should be, for tests to spoil."""

from __future__ import annotations

from typing import Any

from flink_chaos.model.topic_facts import TopicState

from tests.unit.plans import AT


def a_state(**other: Any) -> TopicState:
    """Four partitions that keep everything for a week."""
    fields = {
        "moment": "before",
        "topic": "t",
        "topic_id": "id-1",
        "partitions": 4,
        "cleanup_policy": "delete",
        "retention_ms": 604_800_000,
        "retention_bytes": -1,
        "timestamp_type": "CreateTime",
        "starts": dict.fromkeys(range(4), 0),
    }
    return TopicState(at=AT, **(fields | other))
