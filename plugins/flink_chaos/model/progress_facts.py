"""Facts about how far a copy is, by Flink's own order of checkpoints, and about trouble that may pass."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Fact, Offsets


class CheckpointMark(Fact):
    """Something was so when this was the newest checkpoint: one with a higher id began later, by whatever clock."""

    kind: Literal["checkpoint_mark"] = "checkpoint_mark"
    copy_: Copy = Field(alias="copy")
    stage: Literal["read", "written", "rolled"] = Field(
        description="everything was read; it was handed to the sink; the sink has ended its last files"
    )
    job_id: str
    restored_ms: int = Field(description="which attempt of the job: when it was restored, by Flink's clock; 0: never")
    checkpoint_id: int = Field(description="highest id given out, also to one that was in progress")
    positions: Offsets = Field(default={}, description="partition -> next offset that the tasks read, where they tell")


class FailureTold(Fact):
    """A deployment was told to have failed, or (empty reason) to be well again: what stands is what ends a run."""

    kind: Literal["failure_told"] = "failure_told"
    deployment: str
    reason: str


class StopAsked(Fact):
    """The operator was asked, once more, to stop a copy."""

    kind: Literal["stop_asked"] = "stop_asked"
    deployment: str
    times: int


class PodWaits(Fact):
    """A pod of the chaos copy was first seen without a node."""

    kind: Literal["pod_waits"] = "pod_waits"
    uid: str
