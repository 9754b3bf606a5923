"""What a person asks for: the parameters of a run, with their bounds. Airflow's form is generated from here."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from flink_chaos.model.base import Guarantee, Record
from flink_chaos.model.contract import Contract, Demand
from flink_chaos.model.pipeline import MEMORY
from flink_chaos.model.telling import short, shown, text_problem


def _section(name: str) -> dict[str, Any]:
    return {"section": name}


OFFSETS = r"^(to-latest|to-earliest|to-offset:.+|to-datetime:.+|by-duration:.+|shift-by:.+)$"
TEST, LOAD, FAULT, APPLICATION, RUN = "What is tested", "Load", "Fault", "Application", "Run"
SECTIONS = (TEST, LOAD, FAULT, APPLICATION, RUN)


class RunRequest(Record):
    """Parameters of one run."""

    pipeline: str = Field(
        default="ad_events",
        title="Pipeline",
        description="A file of include/pipelines",
        json_schema_extra=_section(TEST),
    )
    environment: str = Field(
        default="lab",
        title="Environment",
        description="A file of include/environments",
        json_schema_extra=_section(TEST),
    )
    delivery_guarantee: Guarantee = Field(
        default=Guarantee.EXACTLY_ONCE,
        title="Delivery guarantee",
        description="How checkpoints and sink of the application are configured",
        json_schema_extra=_section(TEST),
    )
    contract: Literal["same as delivery guarantee", "EXACTLY_ONCE", "AT_LEAST_ONCE"] = Field(
        default="same as delivery guarantee",
        title="Contract",
        description="What the verdict demands",
        json_schema_extra=_section(TEST),
    )
    contract_bounds: dict[str, Demand] = Field(
        default_factory=dict,
        title="Contract bounds",
        description="Over the pipeline's, such as recovery_seconds: 60; or the word measured, in place of a number",
        json_schema_extra=_section(TEST),
    )
    data_count_to_load: int = Field(
        default=200_000,
        ge=1_000,
        le=5_000_000,
        title="Records",
        description="What the loader writes",
        json_schema_extra=_section(LOAD),
    )
    offsets: str = Field(
        default="to-latest",
        pattern=OFFSETS,
        title="Where both copies begin",
        description="to-latest, to-earliest, to-offset:7, shift-by:-7, by-duration:PT1H, to-datetime:2026-01-31T12:00",
        json_schema_extra=_section(LOAD),
    )
    records_per_second: int = Field(
        default=2_000,
        ge=10,
        le=100_000,
        title="Rate",
        description="Records per second",
        json_schema_extra=_section(LOAD),
    )
    fault_after_seconds: int = Field(
        default=20,
        ge=5,
        le=3_600,
        title="Steady for",
        description="Seconds both copies must keep up before the fault",
        json_schema_extra=_section(FAULT),
    )
    checkpoint_interval_seconds: int = Field(
        default=5,
        ge=1,
        le=600,
        title="Checkpoint interval",
        description="Seconds; 20 in the article",
        json_schema_extra=_section(APPLICATION),
    )
    checkpoint_timeout_seconds: int = Field(
        default=10,
        ge=1,
        le=3_600,
        title="Checkpoint time-out",
        description="Seconds",
        json_schema_extra=_section(APPLICATION),
    )
    flink_configuration: dict[str, str] = Field(
        default_factory=dict,
        title="Flink options",
        description="For both copies, over the pipeline's: those that the environment allows (docs/security.md), "
        "such as tolerable failed checkpoints or restart attempts",
        json_schema_extra=_section(APPLICATION),
    )
    job_manager_memory: str | None = Field(
        default=None,
        pattern=MEMORY,
        title="JobManager memory",
        description="Such as 2048m, in place of the pipeline's",
        json_schema_extra=_section(APPLICATION),
    )
    job_manager_cpu: float | None = Field(
        default=None,
        ge=0.01,
        le=128,
        allow_inf_nan=False,
        title="JobManager CPU",
        description="Cores, in place of the pipeline's",
        json_schema_extra=_section(APPLICATION),
    )
    task_manager_memory: str | None = Field(
        default=None,
        pattern=MEMORY,
        title="TaskManager memory",
        description="Such as 4096m, in place of the pipeline's",
        json_schema_extra=_section(APPLICATION),
    )
    task_manager_cpu: float | None = Field(
        default=None,
        ge=0.01,
        le=128,
        allow_inf_nan=False,
        title="TaskManager CPU",
        description="Cores, in place of the pipeline's",
        json_schema_extra=_section(APPLICATION),
    )
    recovery_deadline_seconds: int = Field(
        default=300,
        ge=30,
        le=7_200,
        title="Recovery deadline",
        description="Seconds the chaos copy has to come back: to find a node, and to catch up after the load",
        json_schema_extra=_section(RUN),
    )
    on_busy: Literal["auto", "refuse", "wait"] = Field(
        default="auto",
        title="If another run holds the topics",
        description="auto: refuse when started by hand; wait in a backfill, a schedule or a suite",
        json_schema_extra=_section(RUN),
    )
    dry_run: bool = Field(
        default=False, title="Plan only", description="Show what would be done", json_schema_extra=_section(RUN)
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Chooses among equal targets",
        json_schema_extra=_section(RUN),
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_plain(cls, given: Any, info: ValidationInfo) -> Any:
        """What pydantic would take for something else, and texts that no system takes."""
        if isinstance(given, bool) and cls.model_fields[info.field_name or ""].annotation is not bool:
            raise ValueError(f"`{str(given).lower()}` is a yes or no; write a number or a text")
        texts = [*given.keys(), *given.values()] if isinstance(given, dict) else [given]
        if any(isinstance(text, (list, tuple, set, dict)) for text in texts):
            raise ValueError(f"{shown(given)} holds a list or a mapping where one value is asked for")
        problem = next((found for text in texts if isinstance(text, str) and (found := text_problem(text))), "")
        if problem:
            raise ValueError(problem)
        return given

    @field_validator("contract_bounds")
    @classmethod
    def _are_bounds(cls, given: dict[str, Demand]) -> dict[str, Demand]:
        names = list(Contract.model_fields)
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"no bound {short(', '.join(unknown))}; there are: {', '.join(names)}")
        return given

    @property
    def demanded(self) -> Guarantee:
        """The guarantee that the verdict demands."""
        return self.delivery_guarantee if self.contract.startswith("same") else Guarantee(self.contract)

    @property
    def load_seconds(self) -> float:
        """How long loading takes at the planned rate."""
        return self.data_count_to_load / self.records_per_second

    def decided(self, *, by_hand: bool) -> RunRequest:
        """The same with `on_busy` decided: nobody looks at a run that was not started by hand, so it waits."""
        if self.on_busy != "auto":
            return self
        return self.model_copy(update={"on_busy": "refuse" if by_hand else "wait"})

    def require_load(self, fault_seconds: int, injection_seconds: int) -> None:
        """Raise ValueError when the load would end before the fault does: it would hit an idle application.

        :param injection_seconds: from asking for the fault until it strikes.
        """
        needed = self.fault_after_seconds + injection_seconds + fault_seconds
        if self.load_seconds < needed:
            raise ValueError(
                f"data_count_to_load {self.data_count_to_load} at {self.records_per_second}/s lasts "
                f"{self.load_seconds:.0f} s, but steady state, injection and fault need "
                f"{self.fault_after_seconds} + {injection_seconds} + {fault_seconds} s: "
                "the fault would hit an idle application. "
                f"Load at least {needed * self.records_per_second} records, or lower the rate."
            )
