import pytest
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import Store


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
