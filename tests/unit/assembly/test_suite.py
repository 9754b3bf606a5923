from flink_chaos.assembly.suite import suite_dag, suite_dags
from flink_chaos.profiles.catalogue import INCLUDE

from tests.unit.suites import REPEATED, a_catalogue


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
