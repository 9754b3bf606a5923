import pytest
from airflow.sdk.exceptions import TaskDeferralError
from flink_chaos.cluster.resources import CHAOS_ENGINES
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.operators.litmus import LitmusChaosEngineOperator

from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, monkeypatch, cluster):
    """A run whose engine is active."""
    found = a_run(tmp_path, cluster)
    body = {
        "apiVersion": "litmuschaos.io/v1alpha1",
        "kind": "ChaosEngine",
        "metadata": {"name": found.plan.engine, "namespace": "flink"},
        "spec": {"engineState": "active"},
    }
    cluster.create(CHAOS_ENGINES, "flink", body)
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: found)
    return found


def state(run):
    return run.cluster.get(CHAOS_ENGINES, "flink", run.plan.engine)["spec"]["engineState"]


def test_a_killed_task_stops_the_fault(run):
    """Marked failed in the UI, or its process asked to end."""
    LitmusChaosEngineOperator(task_id="inject", run_key="r0123456789").on_kill()
    assert state(run) == "stop"


def test_a_trigger_that_broke_stops_the_fault(run):
    """Airflow resumes the task only to fail it."""
    operator = LitmusChaosEngineOperator(task_id="inject", run_key="r0123456789")
    with pytest.raises(TaskDeferralError):
        operator.resume_execution("__fail__", {"error": "Trigger failure", "traceback": None}, {})
    assert state(run) == "stop"
