import pytest
from airflow.sdk.exceptions import AirflowFailException
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.model.facts import LoadStarted, StepFailed
from flink_chaos.sensors.run import ObserverSensor
from flink_chaos.store.records import ROOT

from tests.unit.plans import AT
from tests.unit.runs import a_run


def test_an_observer_that_breaks_ends_nothing_but_itself(tmp_path, monkeypatch):
    """What it sees explains a run and decides none: no fact says that a step failed."""
    run = a_run(tmp_path)
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: run)
    monkeypatch.setattr("flink_chaos.steps.sampling.Part", 1)
    run.attempt.append(LoadStarted(at=AT, topic="t", begin={}))
    with pytest.raises(AirflowFailException, match="'int' object is not callable"):
        ObserverSensor(task_id="observe", run_key=run.plan.run_key).execute({})
    assert run.attempt.journal("step_failed").last(StepFailed) is None
