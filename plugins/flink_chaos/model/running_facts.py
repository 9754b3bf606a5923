"""What really runs, as the JobManager tells it, beside what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from flink_chaos.model.base import Copy, Told
from flink_chaos.model.facts import Fact

if TYPE_CHECKING:
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan

MODE_NAME = "checkpointing mode"


class Difference(Told):
    """Something that runs otherwise than it was planned: the program, its SQL or its image says so."""

    what: str
    planned: str
    found: str
    danger: bool = Field(description="it may hurt what is not the run's, or mix the copies: the run is not begun")

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.what} is {self.found}, planned was {self.planned}"


class Running(Fact):
    """How a copy's job really runs, read once it did. Null anywhere in it: nobody told."""

    kind: Literal["running"] = "running"
    copy_: Copy = Field(alias="copy")
    job_id: str
    interval_ms: int | None = None
    timeout_ms: int | None = None
    mode: str | None = None
    checkpoint_path: str | None = Field(default=None, description="of the newest checkpoint")
    topics: list[str] = Field(default=[], description="that KafkaSources read, as Flink's metrics spell them")
    differences: list[Difference]


def checkpoint_seconds(plan: RunPlan, journal: Journal) -> float:
    """How often checkpoints really begin, in the slower copy; as planned where nobody told."""
    told = [one.interval_ms / 1000 for one in journal.all(Running) if one.interval_ms]
    return max([plan.request.checkpoint_interval_seconds, *told])
