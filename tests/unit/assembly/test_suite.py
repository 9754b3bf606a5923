from flink_chaos.assembly.suite import suite_dags
from flink_chaos.profiles.catalogue import INCLUDE

from tests.unit.suites import a_catalogue


def test_a_file_that_cannot_be_used_keeps_no_other_suite_from_its_night(tmp_path, monkeypatch):
    """Its own DAG tells file and line."""
    folder = a_catalogue(tmp_path).folder
    (folder / "suites" / "spoilt.yaml").write_text("name: spoilt\nruns: []\n")
    monkeypatch.setenv(INCLUDE, str(folder))
    dags = suite_dags(doc="page")
    assert dags["regression__small"].has_task("end")
    assert "spoilt.yaml:2" in dags["regression__spoilt"].doc_md
