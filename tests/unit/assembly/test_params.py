import pytest
from airflow.sdk.exceptions import ParamValidationError
from flink_chaos.assembly.dag import chaos_dag
from flink_chaos.assembly.params import params
from flink_chaos.profiles.catalogue import ENVIRONMENT, INCLUDE, Catalogue
from flink_chaos.profiles.reading import ProfileError

from tests.unit.plans import a_plan
from tests.unit.suites import a_catalogue


def test_bounds_are_an_object_in_the_form():
    """Of numbers and of the word; the plan looks at its names and values."""
    catalogue = Catalogue()
    field = params(catalogue, catalogue.fault("pod_delete"))["contract_bounds"]
    given = {"recovery_seconds": 60, "failed_checkpoints": "measured"}
    assert field.resolve() == {}
    assert a_plan(contract_bounds=field.resolve(given)).contract.to_measure == ["failed_checkpoints"]
    with pytest.raises(ParamValidationError):
        field.resolve("measured")


def a_folder(tmp_path, monkeypatch):
    folder = a_catalogue(tmp_path).folder
    monkeypatch.setenv(INCLUDE, str(folder))
    return folder


def test_whoever_has_pipelines_of_their_own_only_chooses_among_those(tmp_path, monkeypatch):
    """Airflow drops a DAG whose default is none of its choices."""
    folder = a_folder(tmp_path, monkeypatch)
    for path in (folder / "pipelines").iterdir():
        path.unlink()
    (folder / "pipelines" / "own.yaml").touch()
    chosen = chaos_dag("pod_delete", doc=None).params.get_param("pipeline")
    assert (chosen.resolve(), chosen.schema["enum"]) == ("own", ["own"])


def test_a_default_environment_that_is_not_there_is_told(tmp_path, monkeypatch):
    """By its name, with those there are."""
    a_folder(tmp_path, monkeypatch)
    monkeypatch.setenv(ENVIRONMENT, "lob")
    with pytest.raises(ProfileError, match=r"no such environment 'lob'; did you mean lab\? There are: compose, lab"):
        chaos_dag("pod_delete", doc=None)
