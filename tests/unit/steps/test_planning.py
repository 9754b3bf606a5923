import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import ExistsError, Store

TOGETHER = 6


@pytest.fixture(params=["file", "memory"])
def store(tmp_path, request):
    """On a disk, and in an object store as far as Python can tell."""
    return Store(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def made(store):
    return make_plan(store, dag_id="no_fault", run_id="cli__1", fault="no_fault", parameters={})


def test_those_who_plan_the_same_run_at_once_make_an_attempt_each(store):
    """Two shells that begin in the same second."""
    gate = threading.Barrier(TOGETHER)

    def together(_):
        gate.wait(60)
        return made(store)

    with ThreadPoolExecutor(TOGETHER) as pool:
        plans = [*pool.map(together, range(TOGETHER))]
    assert sorted(plan.attempt for plan in plans) == [*range(1, TOGETHER + 1)]
    assert sorted(attempt.plan().attempt for attempt in store.attempts()) == [*range(1, TOGETHER + 1)]


def test_a_number_that_is_taken_for_ever_is_told(store, monkeypatch):
    """Nobody plans without end."""
    made(store)
    monkeypatch.setattr(Store, "next_attempt", lambda *_: 1)
    with pytest.raises(ExistsError, match="exists already"):
        made(store)


def planned(folder, **parameters):
    return make_plan(
        Store(folder.as_uri()), dag_id="pod_delete", run_id="manual__1", fault="pod_delete", parameters=parameters
    )


@pytest.mark.parametrize(
    "name", ["env.java.opts.all", "pipeline.classpaths", "kubernetes.secrets", "kubernetes.hostnetwork.enabled"]
)
def test_a_trigger_that_would_run_code_makes_no_plan(tmp_path, name):
    """Nothing is stored, and nothing is deployed."""
    with pytest.raises(StepError, match=rf"^parameters: flink_configuration: {name}: [^\n]*trigger_options[^\n]*$"):
        planned(tmp_path, flink_configuration={name: "x"})
    assert Store(tmp_path.as_uri()).attempts() == []


def test_a_trigger_that_tests_a_recovery_makes_one(tmp_path):
    """With the options that say how the application recovers."""
    options = {"restart-strategy.type": "none", "execution.checkpointing.tolerable-failed-checkpoints": "1"}
    assert planned(tmp_path, flink_configuration=options).request.flink_configuration == options
