"""A suite: several runs one after another, on a schedule or when asked, and one verdict for all of them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, Field, field_validator, model_validator

from flink_chaos.model.base import NAME, Record, Told
from flink_chaos.model.statistics import Repeated
from flink_chaos.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

DECIDED = ("on_busy", "dry_run")
"""Parameters that a suite does not take: its runs wait for each other, and they are made."""
RUNS = "runs"
"""The one parameter of a suite that its runs do not have: which of them to make."""
TASKS = ("plan", "summary", "end")
"""The suite's own tasks; each run is another one, named as the run."""
LONGEST, MOST_REPEATED, MOST_RUNS = 41, 50, 200
"""Characters of a run's name, repetitions of a run, and runs of a suite: each is a task of its DAG."""
RUN_NAME = rf"^[a-z][a-z0-9_]{{0,{LONGEST - 1}}}$"
SEVERITY = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ABORTED, Outcome.PLANNED, Outcome.PASS)
"""Worst first. A broken contract outweighs all; then a run that ended and could not be trusted, then one that never
ended: it measured nothing, and says least about the application."""


class Schedule(Record):
    """When a suite begins by itself."""

    cron: str = Field(pattern=r"^(@[a-z]+|\S+( \S+){4})$", description="five fields, as in crontab, or such as @daily")
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of names, as Europe is
            raise ValueError(f"no such time zone '{value}'; write a name such as Europe/Berlin") from error
        return value


class SuiteRun(Record):
    """One run of a suite, or as many of the same as it is repeated."""

    fault: str
    name: str = Field(pattern=RUN_NAME, description="the fault's, if that is enough")
    repeat: int = Field(default=1, ge=1, le=MOST_REPEATED, strict=True, description="how often it is made")
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return {"name": data["fault"], **data} if isinstance(data, dict) and "fault" in data else data

    @model_validator(mode="after")
    def _has_room(self) -> SuiteRun:
        last = self.names[-1]
        if len(last) > LONGEST:
            raise ValueError(
                f"name: its repetition {last} has {len(last)} characters; shorten it, {LONGEST} are allowed"
            )
        return self

    @property
    def names(self) -> list[str]:
        """Names of the runs that are made of it."""
        return repetitions(self.name, self.repeat)

    @property
    def choices(self) -> list[str]:
        """Names by which they can be chosen: its own stands for all of them."""
        return list(dict.fromkeys([self.name, *self.names]))

    def chosen(self, names: Collection[str] | None) -> list[str]:
        """Names of its runs that were chosen; all without any choice."""
        return [name for name in self.names if names is None or name in names or self.name in names]


class Suite(Record):
    """Runs that belong together; `include/suites/<name>.yaml`."""

    name: str = Field(pattern=NAME)
    description: str = ""
    schedule: Schedule | None = Field(default=None, description="without it the suite runs when asked only")
    defaults: dict[str, Any] = Field(default_factory=dict, description="parameters of all its runs")
    runs: list[SuiteRun] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_clear(self) -> Suite:
        if len(self.names) > MOST_RUNS:
            raise ValueError(f"runs: with their repetitions they are {len(self.names):,}, {MOST_RUNS} are allowed")
        for name, times in Counter(self.choices).items():
            if times > 1:
                told = "".join(f", one as a repetition of {run.name}" for run in self.runs if name in run.choices[1:])
                raise ValueError(f"runs: {times} are called {name}{told}; give each a `name` of its own")
            if name in TASKS:
                raise ValueError(f"runs: {name} is the suite's own task; call the run otherwise")
        given = {name for parameters in (self.defaults, *(r.parameters for r in self.runs)) for name in parameters}
        for name in DECIDED:
            if name in given:
                raise ValueError(f"parameters: {name} is decided by the suite; remove it")
        return self

    @property
    def names(self) -> list[str]:
        """Names of all runs that are made, in their order."""
        return [name for run in self.runs for name in run.names]

    @property
    def choices(self) -> list[str]:
        """Names by which runs can be chosen."""
        return [name for run in self.runs for name in run.choices]

    def parameters(self, run: SuiteRun, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters of a run: the suite's, under the run's own, under those that somebody gave for this time."""
        return {**self.defaults, **run.parameters, **changes, "on_busy": "wait"}


class PlannedRun(Record):
    """One run, decided. The run id follows from the suite's key: whoever starts it again meets the same run."""

    name: str
    fault: str
    run_id: str
    parameters: dict[str, Any]
    seconds: int = Field(description="sum of the run's own deadlines")
    repeats: str = Field(default="", description="name of the run that it is a repetition of; empty: it is made once")


class SuitePlan(Record):
    """One attempt of a suite, decided."""

    suite_key: str
    suite: str
    dag_id: str
    run_id: str
    attempt: int
    created_at: AwareDatetime
    package_version: str
    runs: list[PlannedRun]

    def run(self, name: str) -> PlannedRun | None:
        """The run of that name, None if it was not chosen."""
        return next((run for run in self.runs if run.name == name), None)

    @property
    def repeated(self) -> dict[str, list[PlannedRun]]:
        """The repetitions of each run that is repeated, by its name."""
        names = dict.fromkeys(run.repeats for run in self.runs if run.repeats)
        return {name: [run for run in self.runs if run.repeats == name] for name in names}


class SuiteLine(Told):
    """How one run of a suite ended."""

    name: str
    fault: str
    run_id: str
    run_key: str = Field(description="empty: it never began")
    differs: dict[str, Any] = Field(description="its parameters that are not the same in all runs")
    outcome: Outcome
    reasons: list[str]
    seconds: float | None = Field(description="from its plan to its last fact")


class SuiteVerdict(Told):
    """The worst outcome of a suite's runs, and all of them."""

    suite_key: str
    suite: str
    dag_id: str
    run_id: str
    attempt: int
    outcome: Outcome
    lines: list[SuiteLine]
    repeated: list[Repeated] = Field(
        default_factory=list, description="differences over repetitions; they judge nothing"
    )


def suite_key(dag_id: str, run_id: str, attempt: int) -> str:
    """Short name of an attempt of a suite: 10 hexadecimal characters after an `s`."""
    return "s" + hashlib.sha256(f"{dag_id}\0{run_id}\0{attempt}".encode()).hexdigest()[:10]


def is_suite_key(text: str) -> bool:
    """Whether the text is the key of a suite, and not of a run."""
    return re.fullmatch(r"s[0-9a-f]{10}", text) is not None


def child_run_id(key: str, name: str) -> str:
    """Run id of a run of a suite."""
    return f"{key}__{name}"


def suite_of(run_id: str) -> str:
    """Key of the suite that the run belongs to, empty if it belongs to none."""
    key, separator, _ = run_id.partition("__")
    return key if separator and is_suite_key(key) else ""


def repetitions(name: str, times: int) -> list[str]:
    """Names of as many runs of the same; of one alone it is the name itself."""
    return [f"{name}_r{number}" for number in range(1, times + 1)] if times > 1 else [name]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the whole; of nothing at all: ABORTED."""
    return min(outcomes, key=SEVERITY.index, default=Outcome.ABORTED)
