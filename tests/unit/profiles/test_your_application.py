"""What docs/your-application.md shows is what can be used."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from flink_chaos.flink.scripts import application_names, loader_names
from flink_chaos.model.base import Copy
from flink_chaos.model.contract import Contract
from flink_chaos.model.environment import FileStore
from flink_chaos.model.pipeline import Application, Pipeline

from tests.unit.plans import a_plan

TEXT = (Path(__file__).parents[3] / "docs" / "your-application.md").read_text()
SQL, JAR, FILES, STORE, BOUNDS = (
    yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
)


def test_the_shown_profiles_are_valid():
    """SQL as a whole; of the others the part that differs."""
    assert Pipeline.model_validate(SQL).output.number == "n"
    assert Application.model_validate(JAR["application"]).sql == ""
    assert Pipeline.model_validate(SQL | FILES).files.roll_seconds == 2
    assert FileStore.model_validate(STORE["files"]).flink.startswith("hdfs://")
    assert Contract.model_validate(BOUNDS["contract"]).to_measure == ["caught_up_seconds", "delay_p99_seconds"]


def test_every_name_that_can_be_filled_in_is_told():
    """And to which of the two programs it is known."""
    rows = re.findall(r"^\| (`.*?) \| .* \| yes \| (yes|-) \|$", TEXT, re.MULTILINE)
    told = {name: both == "yes" for names, both in rows for name in re.findall(r"`(\w+)`", names)}
    plan, files = a_plan(), a_plan(pipeline="ad_events_files")
    assert set(told) == {*application_names(plan, Copy.CHAOS), *application_names(files, Copy.CHAOS)}
    assert {name for name, both in told.items() if both} == set(loader_names(plan))
