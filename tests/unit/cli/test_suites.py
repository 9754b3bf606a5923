import json
from xml.etree.ElementTree import fromstring

import pytest
from flink_chaos.cli.main import main
from flink_chaos.model.facts import StopRequested
from flink_chaos.steps.suites import conclude
from flink_chaos.store.records import ROOT, Store
from flink_chaos.store.suites import Suites

from tests.unit.suites import a_catalogue, begun, ended, planned


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT, str(tmp_path / "store"))
    return Store()


@pytest.fixture
def plan(store, tmp_path):
    return planned(store, a_catalogue(tmp_path))


def test_a_run_is_stopped_by_its_key(store, plan, capsys):
    """Wherever it runs; once it has ended there is nothing to stop."""
    key = begun(store, plan.runs[0]).plan().run_key
    assert main(["stop", key]) == 0
    assert store.attempt(key).journal().last(StopRequested).by == "flink-chaos stop"
    assert main(["stop", ended(store, plan.runs[1]).plan().run_key]) == 0
    assert capsys.readouterr().out.splitlines() == [f"run {key} will stop at its next question", "nothing is open"]


def test_a_suite_is_stopped_with_all_its_runs(store, plan, capsys):
    """Those that did not begin never will."""
    key = begun(store, plan.runs[0]).plan().run_key
    assert main(["stop", plan.suite_key]) == 0
    assert key in capsys.readouterr().out
    assert Suites(store).record(plan.suite_key).verdict().outcome == "ABORTED"


def test_suites_are_listed_and_shown(store, plan, capsys):
    """The exit code tells the verdict; a suite without one is no success."""
    assert main(["show", plan.suite_key]) == 4
    assert main(["suites"]) == 0
    assert f"{plan.suite_key}  no verdict" in capsys.readouterr().out
    for run in plan.runs:
        ended(store, run)
    conclude(store, Suites(store).record(plan.suite_key))
    assert main(["show", plan.suite_key]) == 0
    assert "2 of 2 passed" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["show", "stop"])
def test_an_unknown_key_is_a_set_up_error(store, command, capsys):
    """With where the known ones are."""
    assert main([command, "s0123456789"]) == 4
    assert "flink-chaos suites" in capsys.readouterr().err


def test_a_suite_is_shown_in_every_form_but_metrics(store, plan, capsys):
    """JUnit with all its runs; a run whose record is gone is told by the suite's own."""
    first, second = (ended(store, run) for run in plan.runs)
    conclude(store, Suites(store).record(plan.suite_key))
    (second.folder / "plan.json").write_text("{}")
    assert main(["show", plan.suite_key, "--format", "junit"]) == 0
    suites = list(fromstring(capsys.readouterr().out))
    assert [len(list(suite.iter("testcase"))) for suite in suites] == [len(first.verdict().lines), 1]
    assert main(["show", plan.suite_key, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["suite_key"] == plan.suite_key
    assert main(["show", plan.suite_key, "--format", "openmetrics"]) == 4
