"""The application under test with its topics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from flink_chaos.model.base import Record


class Resource(Record):
    """What one pod asks of its node."""

    memory: str = "1024m"
    cpu: float = Field(default=0.3, gt=0, description="cores")


class Application(Record):
    """How the application is started: a jar, and for SQL applications the script it runs."""

    jar_uri: str = "local:///opt/flink/usrlib/sql-runner.jar"
    entry_class: str = "SqlRunner"
    sql: str = Field(description="file below include/sql, a template of the names that a run fills in")
    parallelism: int = Field(default=2, ge=1)
    job_manager: Resource = Resource()
    task_manager: Resource = Resource(memory="1200m")
    high_availability: bool = True
    start_from: Literal["group-offsets", "latest-offset"] = "group-offsets"
    configuration: dict[str, str] = Field(default_factory=dict, description="Flink options over the environment's")


class Loader(Record):
    """The program that writes the source topic: bounded, and each record's id is (run key, n)."""

    sql: str
    jar_uri: str = "local:///opt/flink/usrlib/sql-runner.jar"
    entry_class: str = "SqlRunner"
    job_manager: Resource = Resource()
    task_manager: Resource = Resource()


class Topics(Record):
    """Fixed topics, used again by every run: what a run compares lies between offsets that it recorded."""

    source: str
    sink: str = Field(description="prefix; the copies write `<sink>-stable` and `<sink>-chaos`")
    partitions: int = Field(default=4, ge=1)


class Output(Record):
    """What the application writes, as the comparison reads it."""

    columns: dict[str, str] = Field(description="column -> Flink SQL type")
    run_key: str = Field(default="run_key", description="column with the run that loaded the record")
    number: str = Field(default="n", description="column with the record's number in that run, 0 .. N-1")
    format: str = "json"


class Pipeline(Record):
    """An application under test; `include/pipelines/<name>.yaml`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    description: str = ""
    application: Application
    loader: Loader
    topics: Topics
    output: Output
    report: str = Field(description="file below include/sql with the named report queries")
