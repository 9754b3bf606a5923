import json
import shlex
from argparse import Namespace

from flink_chaos.cli.running import _parameters
from flink_chaos.model.measured import measured
from flink_chaos.report.reproduce import airflow_command, command, parameters

from tests.unit.plans import a_plan

HOSTILE = {"a.b": 'it\'s $HOME; `x` "y"'}


def test_only_what_differs_from_the_defaults_is_said():
    """The fault's parameters too."""
    plan = a_plan(data_count_to_load=80_000, records_per_second=1_000, component="jobmanager")
    assert command(plan) == (
        "flink-chaos run pod_delete -p data_count_to_load=80000 -p records_per_second=1000 -p 'component=\"jobmanager\"'"
    )


def test_the_command_gives_the_same_parameters_to_the_command_line():
    """Whatever stands in them."""
    plan = a_plan(flink_configuration=HOSTILE, delivery_guarantee="AT_LEAST_ONCE", task_manager_cpu=0.5)
    words = shlex.split(command(plan))
    assert words[:3] == ["flink-chaos", "run", "pod_delete"]
    assert _parameters(Namespace(param=words[4::2])) == parameters(plan)


def test_the_same_goes_through_airflow():
    """As JSON for `--conf`."""
    plan = a_plan(flink_configuration=HOSTILE, component="jobmanager")
    words = shlex.split(airflow_command(plan))
    assert (words[:4], json.loads(words[5])) == (["airflow", "dags", "trigger", "pod_delete"], parameters(plan))


def test_a_bound_that_was_measured_is_said_as_its_number():
    """More runs would measure another one."""
    plan = a_plan(contract_bounds={"recovery_seconds": "measured", "failed_checkpoints": "measured"})
    plan = plan.bounded({"recovery_seconds": measured([10] * 5, [], 1), "failed_checkpoints": measured([], [], 0)})
    assert parameters(plan)["contract_bounds"] == {"recovery_seconds": 15.0, "failed_checkpoints": "measured"}
