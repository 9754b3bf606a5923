"""A fault of the catalogue."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Record


class Fault(Record):
    """What Litmus can do to a pipeline; `include/faults/<name>.yaml`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    title: str
    experiment: str = Field(description="name of the ChaosExperiment")
    reach: Literal["isolated", "shared"] = Field(description="isolated: only the chaos copy can feel it")
    evidence: Literal["pod_replaced"] = Field(description="what proves that the fault was felt")
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables of the experiment; ${...} is filled in from the plan"
    )
