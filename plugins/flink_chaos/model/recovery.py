"""How the chaos copy came back: every number with the clock it was seen by."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Record

MarkName = Literal["felt", "detected", "restarting", "running", "checkpointed", "caught up"]
MARKS: tuple[MarkName, ...] = ("felt", "detected", "restarting", "running", "checkpointed", "caught up")


class Mark(Record):
    """A step of the recovery."""

    name: MarkName
    at_ms: int
    seconds: float = Field(description="since the fault began")
    clock: str
    seen: str = Field(description="by what it was recognized")


class LagDebt(Record):
    """What the fault made the chaos copy owe, against the stable copy; records and seconds."""

    record_seconds: float = Field(description="area between both committed lags from the fault until caught up")
    peak: int = Field(description="highest committed lag of the chaos copy since the fault began")
    peak_control: int = Field(description="highest committed lag of the stable copy in the same time")
    band: int = Field(description="committed lag that counts as caught up: the control's highest, and a little more")
    processing_peak: int = Field(description="most records that the chaos copy had not read yet")
    processing_band: int = Field(description="as `band`, for records not read yet")
    drain_rate: float | None = Field(default=None, description="records/s by which the processing lag fell")
    input_rate: float | None = Field(default=None, description="records/s that came in meanwhile")
    capacity: float | None = Field(
        default=None, description="records/s: input rate over the busiest task's share of time, before the fault"
    )
    predicted_seconds: float | None = Field(
        default=None, description="from the processing peak back into its band: debt / (capacity - input rate)"
    )
    observed_seconds: float | None = Field(default=None, description="how long that took")


class CheckpointSpan(Record):
    """Checkpoints of the chaos copy that were triggered in one phase; savepoints are not among them."""

    phase: str
    completed: int
    failed: int
    median_ms: float | None = None
    longest_ms: int | None = None
    median_bytes: float | None = None
    longest_alignment_ms: int | None = Field(
        default=None, description="of those whose alignment is known: longest time that any subtask took to align"
    )
    interval_ms: float | None = Field(default=None, description="median time from one to the next")
    drift_ms: float | None = Field(default=None, description="`interval_ms` less the planned checkpoint interval")
    failures: list[str] = Field(default_factory=list, description="causes, each once")


class Recovery(Record):
    """From the observer's samples; void where samples are missing."""

    fault_ms: int = Field(description="when the fault began, ms since the epoch; without one: the steady state")
    undisturbed: bool = Field(default=False, description="there was no fault: what differs is noise")
    fault_ended_ms: int | None = None
    clock: str = Field(description="whose clock the fault's beginning is")
    marks: list[Mark]
    resolution_seconds: float = Field(description="longest time without a sample, from the fault until drained")
    lag_resolution_seconds: float = Field(default=0.0, description="the same of samples that told the committed lag")
    skew_seconds: float | None = Field(
        default=None, description="how far Flink's clock was off the worker's at most, beyond what was measurable"
    )
    restored_id: int | None = None
    restored_age_seconds: float | None = Field(default=None, description="of the checkpoint, when the fault was felt")
    replayed: int | None = Field(default=None, description="records read again, estimated from age and input rate")
    unavailable_seconds: float | None = Field(default=None, description="not all tasks ran")
    restarts: int | None = Field(default=None, description="over all JobManagers")
    output_stall_seconds: float | None = Field(
        default=None, description="longest time in which a read_committed consumer saw nothing new, after the fault"
    )
    output_stall_control_seconds: float | None = None
    lag: LagDebt | None = None
    checkpoints: list[CheckpointSpan] = Field(default_factory=list)

    def seconds(self, name: MarkName) -> float | None:
        """From the fault to that mark; null if it was not seen."""
        return next((mark.seconds for mark in self.marks if mark.name == name), None)
