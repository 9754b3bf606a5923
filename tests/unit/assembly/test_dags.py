import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.plans import a_plan

ROOT = Path(__file__).resolve().parents[3]
FAULTS = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"regression", "selftest", "janitor"}
OTHERS = {"selftest", "janitor"}
SUITES = {f"regression__{path.stem}" for path in (ROOT / "include" / "suites").glob("*.yaml")}
LOOK = """
import json, sys
import airflow.sdk
before = set(sys.modules)
from airflow.dag_processing.dagbag import DagBag
from airflow.models.dagrun import DagRun

class Task:
    state = None

    def __init__(self, task):
        self.task_id = task.task_id

def deciding(dag):
    tasks = DagRun._tis_for_dagrun_state(None, dag=dag, tis=[Task(task) for task in dag.tasks])
    return sorted(task.task_id for task in tasks)

bag = DagBag(dag_folder=sys.argv[1])
heavy = {"kubernetes", "kubernetes_asyncio", "confluent_kafka", "duckdb", "pandas", "pyarrow", "scipy", "slack_sdk"}
print("RESULT" + json.dumps({
    "errors": {str(k): v for k, v in bag.import_errors.items()},
    "dags": {d: {"tasks": [t.task_id for t in dag.tasks], "params": {k: v for k, v in dag.params.dump().items()},
                 "decide": deciding(dag),
                 "doc": bool(dag.doc_md), "tags": sorted(dag.tags)} for d, dag in bag.dags.items()},
    "heavy": sorted(heavy & set(sys.modules)),
    "twice": sorted(m for m in sys.modules if m in {"base", "dag", "waits", "records", "judge"}),
}))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    """What a fresh process sees when it parses dags/."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    environment |= {
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    }
    command = [sys.executable, "-W", "ignore", "-c", LOOK, str(ROOT / "dags")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.partition("RESULT")[2])


def test_every_dag_file_is_imported(parsed):
    """No import error, one DAG for each fault's file, and one for each suite."""
    assert (parsed["errors"], set(parsed["dags"])) == ({}, FAULTS | SUITES | OTHERS)


def test_parsing_imports_nothing_heavy(parsed):
    """DAG files are parsed all the time."""
    assert parsed["heavy"] == []


def test_no_module_exists_twice(parsed):
    """Airflow imports files below plugins/ by their stem unless it is told not to."""
    assert parsed["twice"] == []


def test_every_dag_can_be_used_by_a_stranger(parsed):
    """A page, tags, at most 25 parameters, at most 25 tasks."""
    for dag in parsed["dags"].values():
        assert (dag["doc"], dag["tags"][:2]) == (True, ["chaos", "flink"])
        assert len(dag["params"]) <= 25
        assert len(dag["tasks"]) <= 25


def test_the_form_of_a_fault_needs_no_change(parsed):
    """Its defaults make a valid plan."""
    for name in FAULTS:
        assert a_plan(fault=name, **parsed["dags"][name]["params"]).request.pipeline == "ad_events"


def test_the_form_can_be_sent_as_it_is(parsed):
    """Airflow's form keeps its button grey while a text is empty; what may be left out is null."""
    for dag in parsed["dags"].values():
        assert "" not in [value for value in dag["params"].values() if isinstance(value, str)]


def test_the_form_of_a_suite_changes_nothing_by_itself(parsed):
    """All its runs, and each parameter as the suite says."""
    for name in SUITES:
        dag = parsed["dags"][name]
        chosen = dag["params"].pop("runs")
        assert dag["tasks"] == ["plan", *chosen, "summary", "end"]
        assert set(dag["params"].values()) == {None}


def test_every_dag_has_a_page_that_tells_its_present_parameters(tmp_path):
    """Made by `make docs`."""
    command = [sys.executable, "-W", "ignore", str(ROOT / "docs" / "make_pages.py"), "--check"]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_verdict_and_clean_up_colour_a_run_and_no_message_does(parsed):
    """A FAIL makes the run red, what was left behind too; whether somebody could be told does not matter."""
    assert [parsed["dags"][name]["decide"] for name in sorted(FAULTS)] == [["undo", "verdict"]] * len(FAULTS)
    assert [parsed["dags"][name]["decide"] for name in sorted(SUITES)] == [["end"]] * len(SUITES)


def test_the_trigger_is_found_without_the_dag_folder():
    """The triggerer has no DAG folder on its path."""
    paths = ("flink_chaos.triggers.wait.WaitTrigger", "flink_chaos.triggers.dag_run.RunEndTrigger")
    code = f"from airflow.sdk.module_loading import import_string as i; [i(path) for path in {paths}]"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd="/", check=True, capture_output=True)


def test_the_timetable_fires_in_backfills_only():
    """The scheduler never starts a chaos test by itself."""
    from airflow.timetables.base import TimeRestriction
    from flink_chaos.timetables import OnDemandTimetable
    from pendulum import datetime

    table = OnDemandTimetable("@daily", timezone="UTC")
    span = {"earliest": datetime(2026, 1, 1), "latest": datetime(2026, 1, 3)}
    backfill = table.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(**span, catchup=True)
    )
    scheduler = table.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(**span, catchup=False)
    )
    assert (backfill is not None, scheduler) == (True, None)
