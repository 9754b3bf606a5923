"""What a fault did, and to what: taken down by the waits of the run, so that it is known without the observer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Fact

JobMoment = Literal["steady", "before the fault", "in the fault", "resuming", "after the fault", "drained"]


class JobSeen(Fact):
    """What a copy's JobManager told of its job at a moment of the run."""

    kind: Literal["job_seen"] = "job_seen"
    copy_: Copy = Field(alias="copy")
    moment: JobMoment
    job_id: str = Field(default="", description="empty: the JobManager did not answer, or had no job")
    state: str = ""
    tasks: int = 0
    tasks_running: int = Field(default=0, description="those that have finished are not among `tasks`")
    restarts: int | None = Field(default=None, description="since this JobManager began; null: not told")
    restored_id: int | None = Field(default=None, description="checkpoint that it last restored; null: none")
    failed_checkpoints: int = Field(default=0, description="since this JobManager began")
    failure: str = Field(default="", description="newest exception: its name and what it says")
    jobmanagers: list[str] = Field(default_factory=list, description="UIDs of the JobManager's pods, in order")
    failed_ms: int = Field(default=0, description="when it was thrown, by Flink's clock; 0: there is none")
    missing: list[str] = Field(
        default_factory=list,
        description="before the fault: TaskManagers that hold tasks, by the JobManager's word, without a pod",
    )

    @property
    def runs(self) -> bool:
        """Whether every task ran that is not finished."""
        return self.state == "RUNNING" and 0 < self.tasks == self.tasks_running

    @property
    def told(self) -> str:
        """How many tasks ran, and the job's state."""
        return f"{self.tasks_running} of {self.tasks} tasks ran, job {self.state}"


class FaultHit(Fact):
    """The first look that found the fault's effect, and what was in flight then."""

    kind: Literal["fault_hit"] = "fault_hit"
    what: str = Field(description="what was seen of it, such as `pod ... is gone`")
    announced: bool = Field(default=True, description="whether Litmus had announced its injection by then")
    written: int = Field(description="records that were in the source topic")
    wanted: int = Field(description="records that a complete load writes")
    lag: dict[Copy, int] = Field(description="records that each copy had not committed yet")


class HitByOthers(Fact):
    """What befell the chaos copy between the look before the fault and the fault's effect."""

    kind: Literal["hit_by_others"] = "hit_by_others"
    what: str
