import json
import os
import re
import time

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.serialized_objects import DagSerialization
from flink_chaos.assembly import suite as suite_module
from flink_chaos.assembly.suite import suite_dag, suite_dags
from flink_chaos.model.suite import MOST_RUNS
from flink_chaos.profiles.catalogue import INCLUDE

from tests.unit.profiles.files import bad_files
from tests.unit.suites import REPEATED, SUITE, a_catalogue


def test_a_file_that_cannot_be_used_keeps_no_other_suite_from_its_night(tmp_path, monkeypatch):
    """Its own DAG tells file and line."""
    folder = a_catalogue(tmp_path).folder
    (folder / "suites" / "spoilt.yaml").write_text("name: spoilt\nruns: []\n")
    monkeypatch.setenv(INCLUDE, str(folder))
    dags = suite_dags(doc="page")
    assert dags["regression__small"].has_task("end")
    assert "spoilt.yaml:2" in dags["regression__spoilt"].doc_md


def test_each_repetition_is_a_task_of_its_own(tmp_path):
    """One after another; the form offers each, and the run's name for all of them."""
    dag = suite_dag(a_catalogue(tmp_path, REPEATED), "small", doc=None)
    names = ["first_r1", "first_r2", "first_r3", "no_fault"]
    assert dag.task_ids == ["plan", *names, "summary", "end"]
    assert dag.get_task("first_r2").upstream_task_ids == {"first_r1"}
    chosen = dag.params.get_param("runs")
    assert chosen.value == names
    assert chosen.schema["items"]["enum"] == chosen.schema["examples"] == ["first", *names]
    assert chosen.resolve(["first"]) == ["first"]


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """The folder of suites, with two sound ones in it."""
    folder = a_catalogue(tmp_path).folder
    monkeypatch.setenv(INCLUDE, str(folder))
    return folder / "suites"


def broken(dags):
    """Pages of those that cannot be used; each can be stored by Airflow."""
    for dag in dags.values():
        json.dumps(DagSerialization.to_dict(dag)).encode()
    return {name: dag.doc_md for name, dag in dags.items() if "broken" in dag.tags}


def test_a_folder_full_of_bad_files_keeps_no_suite_away(suites):
    """Each is told by a DAG of its own, and all of them together are looked at in about a second."""
    told = bad_files(suites)
    begin = time.process_time()
    dags = suite_dags(doc=None)
    assert time.process_time() - begin < 2
    assert {"regression__nightly", "regression__small"} == {*dags} - {*broken(dags)}
    assert {f"regression__{name.removesuffix('.yaml')}" for name in told} == {*broken(dags)}


@pytest.mark.parametrize(
    "name", ["my suite.yaml", "Small.yaml", "night.yml", f"{'x' * 240}.yaml", "é.yaml", os.fsdecode(b"\xff\n.yaml"), "a:b.yaml"]
)
def test_a_name_that_airflow_does_not_take_is_told_under_another(suites, name):
    """It says what the file is to be called, and no other DAG is missing."""
    (suites / name).write_text(SUITE)
    dags = suite_dags(doc=None)
    ((key, page),) = broken(dags).items()
    assert ("rename it" in page, key.isascii(), {"regression__nightly", "regression__small"} <= {*dags}) == (True, True, True)


def test_names_that_become_the_same_are_told_apart(suites):
    """A mark of the whole name ends each."""
    for name in ("a b.yaml", "a:b.yaml", "a_b.yml"):
        (suites / name).write_text(SUITE)
    assert len(broken(suite_dags(doc=None))) == 3


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ('{cron: "99 99 * * *"}', ":8: schedule.cron: .*99 99.*; write it as in crontab"),
        ('{cron: "a b c d e"}', ":8: schedule.cron: "),
        ('{cron: "R(0-59) R * * *"}', ":8: schedule.cron: R is another moment"),
        ('{cron: "@often"}', ":8: schedule.cron: "),
        ('{cron: "0 0 30 2 *"}', ":8: schedule.cron: "),
        ('{cron: "0 2 * * *", timezone: Europe}', ":8: schedule.timezone: no such time zone 'Europe'"),
        ('{cron: "0 2 * * *", timezone: ../zone}', ":8: schedule.timezone: no such time zone"),
    ],
)
def test_a_schedule_that_never_comes_is_its_files_problem(suites, schedule, told):
    """Airflow finds it only when it looks for the next run, of all DAGs."""
    (suites / "odd.yaml").write_text(f"{SUITE.replace('small', 'odd')}schedule: {schedule}\n")
    ((key, page),) = broken(suite_dags(doc=None)).items()
    assert key == "regression__odd"
    assert re.search(f"odd.yaml{told}", page)


def test_a_suite_has_no_more_runs_than_airflow_can_look_at(suites):
    """Repetitions are runs; the largest is looked at in about a second."""
    runs = [f"- {{fault: no_fault, name: run{number}, repeat: 50}}\n" for number in range(MOST_RUNS // 50)]
    (suites / "large.yaml").write_text(f"name: large\nruns:\n{''.join(runs)}")
    begin = time.process_time()
    assert len(suite_dags(doc=None)["regression__large"].task_ids) == MOST_RUNS + 3
    assert time.process_time() - begin < 2
    (suites / "large.yaml").write_text(f"name: large\nruns:\n{''.join(runs)}- fault: no_fault\n")
    assert "with their repetitions they are 201, 200 are allowed" in broken(suite_dags(doc=None))["regression__large"]


def test_more_files_than_airflow_can_look_at_are_told(suites, monkeypatch):
    """Those that come first are there."""
    monkeypatch.setattr(suite_module, "MOST_FILES", 1)
    dags = suite_dags(doc=None)
    ((_, page),) = broken(dags).items()
    assert ("regression__nightly" in dags, "holds 2 suites, 1 are allowed; missing: small.yaml" in page) == (True, True)


def test_what_nobody_thought_of_is_its_files_problem(suites, monkeypatch):
    """Not that of the others."""

    def breaks(catalogue, name, *, doc):
        return suite_dag(catalogue, name, doc=doc) if name == "nightly" else 1 / 0

    monkeypatch.setattr(suite_module, "suite_dag", breaks)
    assert "cannot be used: ZeroDivisionError" in broken(suite_dags(doc=None))["regression__small"]


def test_a_suite_that_cannot_be_used_is_red_with_the_same_words(suites):
    """In one line of the task."""
    (suites / "small.yaml").write_text("name: small\nruns: []\n")
    task = suite_dags(doc=None)["regression__small"].get_task("plan")
    with pytest.raises(AirflowFailException, match=r"small.yaml:2: runs: "):
        task.execute({})
