"""What a topic was like when a run began, and when it had ended."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.facts import Fact, Offsets

Moment = Literal["before", "after"]


class TopicState(Fact):
    """A topic that a run reads or writes; what brokers do not tell is null or empty."""

    kind: Literal["topic_state"] = "topic_state"
    moment: Moment = Field(description="before: prepared, nothing written; after: both sinks are closed")
    topic: str
    topic_id: str = Field(default="", description="another one of the same name has another id; brokers from 2.8 on")
    partitions: int = Field(description="0: there is no such topic")
    cleanup_policy: str = Field(default="", description="delete, compact or both")
    retention_ms: int | None = Field(default=None, description="-1: for ever")
    retention_bytes: int | None = Field(default=None, description="of a partition; -1: no limit")
    timestamp_type: str = Field(
        default="", description="CreateTime: as the writer says; LogAppendTime: by the broker's clock"
    )
    starts: Offsets = Field(description="first offset that each partition still holds")

    @property
    def compacted(self) -> bool:
        """Whether Kafka removes records that have the key of a later one."""
        return "compact" in self.cleanup_policy
