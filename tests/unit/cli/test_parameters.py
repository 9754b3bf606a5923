import time

import pytest
from flink_chaos.cli.main import main
from flink_chaos.model.request import RunRequest
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import ROOT, Store

from tests.unit.cli.nasty import TEXTS, TYPED

FAULTS = ("pod_delete", "savepoint")
NAMES = [
    *[("no_fault", name) for name in RunRequest.model_fields],
    *[(fault, parameter.name) for fault in FAULTS for parameter in Catalogue().fault(fault).parameters],
    ("pod_delete", "no_such_parameter"),
]


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An own, empty store, and no cluster."""
    monkeypatch.setenv(ROOT, str(tmp_path / "store"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    return Store()


@pytest.mark.parametrize(("fault", "name"), NAMES)
def test_whatever_a_parameter_is_given_there_is_a_plan_or_one_line(store, capsys, fault, name):
    """In the shell, as YAML; each within a second."""
    for number, text in enumerate(TEXTS):
        begin = time.process_time()
        code = main(["run", fault, "-p", "dry_run=true", "-p", f"{name}={text}"])
        told = capsys.readouterr()
        assert time.process_time() - begin < 1, (number, text[:80])
        assert (code, told.err == "") in {(0, True), (SETUP_ERROR, False)}, (number, text[:80], told.err[:500])
        assert_is_a_line(told.err)


def assert_is_a_line(told):
    """Or nothing; a defect of ours is told in a line too, and is none that was wanted."""
    assert told.count("\n") <= 1, told[:1000]
    assert len(told) < 1500, told[:1600]
    assert "Traceback" not in told
    assert "defect of flink-chaos" not in told, told[:500]
    told.encode()


@pytest.mark.parametrize(("fault", "name"), NAMES)
def test_whatever_a_form_sends_there_is_a_plan_or_one_problem(store, fault, name):
    """In Airflow, typed."""
    for number, value in enumerate(TYPED):
        begin = time.process_time()
        try:
            make_plan(store, dag_id=fault, run_id=f"{number}", fault=fault, parameters={name: value})
        except (StepError, ProfileError) as error:
            assert_is_a_line(str(error))
        assert time.process_time() - begin < 1, number


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("sed=1", "sed: no such parameter of this fault; did you mean seed?"),
        ("compnent=1", "compnent: no such parameter of this fault; did you mean component?"),
        ("zzz=1", "zzz: no such parameter of this fault; mind the spelling, or remove it"),
        ("seed=true", "seed: `true` is a yes or no; write a number or a text"),
        ("contract_bounds={recovery_seconds: true}", "True is no bound"),
        ("seed=2026-99-99", "--param seed: 2026-99-99: '2026-99-99' is no date that can be used; put a text into quotes"),
        ('seed=!!int ""', "'' is no int that can be used"),
        ("seed={a: 1, a: 2}", "`a` is there twice"),
        ("seed=[[1]]", "seed: [[1]] holds a list or a mapping where one value is asked for"),
        ("offsets=by-duration:P999999D", "that is beyond the years 1 to 9999; write it like 'by-duration:PT5M'"),
        ("=1", "--param =1: write NAME=VALUE"),
        ("seed", "--param seed: write NAME=VALUE"),
        ("dry_run=false", "--param dry_run is given 2 times; give it once"),
        ("se\udcffed=1", "--param: 'se\\udcffed' holds a character that cannot be used"),
    ],
)
def test_a_wrong_parameter_is_told_with_its_remedy(store, capsys, given, told):
    """Before anything is stored."""
    assert main(["run", "pod_delete", "-p", "dry_run=true", "-p", given]) == SETUP_ERROR
    assert told in capsys.readouterr().err
    assert store.attempts() == []
