"""The application under test with its topics."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from flink_chaos.model.base import NAME, Record
from flink_chaos.model.columns import require_readable, require_type
from flink_chaos.model.contract import Contract
from flink_chaos.model.names import Shape

MEMORY = r"^[1-9][0-9]{0,6}[mMgG][bB]?$"
INTEGER = re.compile(r"\s*(TINYINT|SMALLINT|INT|INTEGER|BIGINT)\b", re.IGNORECASE)
UNORDERED = re.compile(r"\s*(MAP|MULTISET)\b|.*\bMULTISET\s*$|.*\bMAP\s*<", re.IGNORECASE | re.DOTALL)
SQL_RUNNER = "local:///opt/flink/usrlib/sql-runner.jar"


class Resource(Record):
    """What one pod asks of its node."""

    memory: str = Field(default="1024m", pattern=MEMORY, description="as Flink writes it, such as 1024m or 4g")
    cpu: float = Field(default=0.3, gt=0, allow_inf_nan=False, description="cores")


class Program(Record):
    """A Flink job: an SQL script for the SQL runner, or a jar of one's own with its arguments."""

    sql: str = Field(default="", description="file below include/sql, a template of the names that a run fills in")
    jar_uri: str = SQL_RUNNER
    entry_class: str = "SqlRunner"
    args: list[str] = Field(default_factory=list, description="of a jar, templates of the same names")
    job_manager: Resource = Resource()
    task_manager: Resource = Resource()

    @model_validator(mode="after")
    def _is_sql_or_jar(self) -> Program:
        if bool(self.sql) == bool(self.args):
            raise ValueError("takes exactly one of `sql` (a file below include/sql) and `args` (of a jar of your own)")
        missing = {"jar_uri", "entry_class"} - self.model_fields_set if self.args else set()
        if missing:
            raise ValueError(f"`args` belong to a jar of your own; name it too: {', '.join(sorted(missing))}")
        return self


class Application(Program):
    """How the application under test is started."""

    parallelism: int = Field(default=2, ge=1, le=1_000, strict=True)
    task_manager: Resource = Resource(memory="1200m")
    high_availability: bool = True
    transaction_timeout_seconds: int = Field(
        strict=True,
        default=600,
        ge=1,
        le=86_400,
        description="after which Kafka aborts a transaction of an exactly-once sink: longer than any recovery",
    )
    start_from: Literal["group-offsets", "latest-offset"] = "group-offsets"
    configuration: dict[str, str] = Field(default_factory=dict, description="Flink options over the environment's")


class Loader(Program):
    """The program that writes the source topic: bounded, and each record carries the run key."""

    flush_records: int = Field(
        strict=True,
        default=0,
        ge=0,
        le=100_000,
        description="written after the records, to move the watermark of every partition past them",
    )
    number: str = Field(default="", description="field with a record's number, 0 .. N-1; empty: the output's")
    run_key: str = Field(default="", description="field with the run; empty: the output's")

    @field_validator("number", "run_key")
    @classmethod
    def _can_be_read(cls, given: str) -> str:
        require_readable([given] if given else [])
        return given


class Topics(Record):
    """Fixed topics, used again by every run: what a run compares lies between offsets that it recorded."""

    source: str
    sink: str = Field(
        default="", description="prefix; the copies write `<sink>-stable` and `<sink>-chaos`; empty: they write `files`"
    )
    partitions: int = Field(default=4, ge=1, le=10_000, strict=True)

    @field_validator("source", "sink")
    @classmethod
    def _is_a_topic(cls, given: str, info: ValidationInfo) -> str:
        """Statements and the names of groups hold it; a sink has the name of a copy behind it."""
        if given or info.field_name == "source":
            Shape.TOPIC.checked(given if info.field_name == "source" else f"{given}-stable")
        return given


class Files(Record):
    """Files in place of a sink topic; each copy of each run has a directory of its own."""

    directory: str = Field(
        pattern=r"^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*$", description="below the environment's `files`"
    )
    roll_seconds: int = Field(
        strict=True,
        default=2,
        ge=1,
        le=600,
        description="after which a file is ended, and how often the application looks; the next checkpoint finishes it",
    )


PROVABLE = "json"
"""Format of records that are read without Flink too; others have no record proof."""


class Output(Record):
    """What the application writes, as the comparison reads it.

    An id is (run key, number) or (run key, key columns). The stable copy says how many records each has, with which
    values: all columns are compared but those that may differ.
    """

    columns: dict[str, str] = Field(description="column -> Flink SQL type")
    run_key: str = Field(
        default="run_key", description="column with the run that loaded the record", validate_default=True
    )
    key: list[str] = Field(default_factory=list, description="columns that identify a record in its run")
    number: str = Field(description="without `key`: column with the record's number, 0 .. N-1; `n` if nothing is said")
    ignore: list[str] = Field(
        default_factory=list, description="columns that may differ from the stable copy's, such as a processing time"
    )
    count: str = Field(
        default="", description="with `key`: column with how many loaded records it stands for; empty: 1"
    )
    each_once: bool = Field(
        default=False,
        description="every loaded record is in the output exactly once: as one record, or in one record's `count`; "
        "false for an application that filters, joins or writes several for one",
    )
    order: str = Field(
        default="",
        description="with `number`: column that is Kafka's record key in source and sink; one key keeps its order",
    )
    format: str = PROVABLE
    sql_alone: bool = Field(
        default=False, description="a verdict may rest on Flink SQL alone, where there is no record proof of the format"
    )

    @model_validator(mode="before")
    @classmethod
    def _number_if_no_key(cls, given: Any) -> Any:
        if isinstance(given, dict) and "value" in given:
            raise ValueError("`value` is no more: all columns are compared; name those that may differ in `ignore`")
        if isinstance(given, dict) and "number" not in given:
            return given | {"number": "" if given.get("key") else "n"}
        return given

    @field_validator("columns")
    @classmethod
    def _can_be_read(cls, given: dict[str, str]) -> dict[str, str]:
        require_readable(given)
        for name, kind in given.items():
            require_type(name, kind)
        return given

    @field_validator("run_key", "key", "number", "ignore", "count", "order")
    @classmethod
    def _is_a_column(cls, given: str | list[str], info: ValidationInfo) -> str | list[str]:
        if "columns" not in info.data:
            return given  # they cannot be read, which is told
        columns = info.data["columns"]
        names = [given] if isinstance(given, str) else given
        unknown = [name for name in names if name and name not in columns]
        if unknown:
            raise ValueError(f"no column {', '.join(unknown)}; add it to `columns`, there are: {', '.join(columns)}")
        return given

    @model_validator(mode="after")
    def _has_one_identity(self) -> Output:
        if bool(self.key) == bool(self.number):
            raise ValueError("takes exactly one of `key` and `number`: what identifies a record in its run")
        if not self.key and self.count:
            raise ValueError("`count` needs `key`: the columns that identify a record")
        if self.key and self.order:
            raise ValueError("`order` needs `number`: only by the loader's number it is known what was loaded first")
        if needed := [name for name in self.ignore if name in {*self.identity, self.count}]:
            raise ValueError(f"`ignore` names {', '.join(needed)}, which identify or count records")
        return self

    @model_validator(mode="after")
    def _can_be_compared(self) -> Output:
        if self.number and not INTEGER.match(self.columns[self.number]):
            raise ValueError(f"`number` is an integer; {self.number} is {self.columns[self.number]}: use `key` for it")
        groups = [name for name in (*self.identity, *self.compared) if UNORDERED.match(self.columns[name])]
        if groups:
            raise ValueError(f"Flink SQL does not compare MAP and MULTISET; name in `ignore`: {', '.join(groups)}")
        return self

    @property
    def identity(self) -> list[str]:
        """Columns that tell a record from all others."""
        return [*dict.fromkeys([self.run_key, *([self.number] if self.number else self.key)])]

    @property
    def compared(self) -> list[str]:
        """Columns that must equal the stable copy's."""
        return [name for name in self.columns if name not in {*self.identity, *self.ignore}]


class Pipeline(Record):
    """An application under test; `include/pipelines/<name>.yaml`."""

    name: str = Field(pattern=NAME)
    description: str = ""
    application: Application
    loader: Loader
    topics: Topics
    files: Files | None = Field(default=None, description="what the application writes, if not a topic")
    output: Output
    contract: Contract = Contract()
    report: str = Field(min_length=1, description="file below include/sql with the named report queries")

    @model_validator(mode="after")
    def _has_one_sink(self) -> Pipeline:
        if bool(self.topics.sink) == bool(self.files):
            raise ValueError("takes exactly one of `topics.sink` and `files`: what the application writes")
        if self.files and self.output.order:
            raise ValueError("output.order needs `topics.sink`: files have no partitions that keep an order")
        return self

    @model_validator(mode="after")
    def _lets_watermarks_move(self) -> Pipeline:
        parallelism, partitions = self.application.parallelism, self.topics.partitions
        if self.loader.flush_records and parallelism > partitions:
            raise ValueError(
                f"application.parallelism {parallelism} is above topics.partitions {partitions}: "
                "a source task without a partition holds back every watermark; lower it, or have more partitions"
            )
        return self

    @property
    def scripts(self) -> list[str]:
        """Files below include/sql that the pipeline uses."""
        return [name for name in (self.application.sql, self.loader.sql, self.report) if name]
