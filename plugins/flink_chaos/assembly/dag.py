"""chaos_dag(fault): the DAG of one fault type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseOperator, TriggerRule

from flink_chaos.assembly.params import params
from flink_chaos.operators.flink import (
    DataLoaderOperator,
    FlinkDeploymentApplyOperator,
    FlinkDeploymentSuspendOperator,
    FlinkSqlReportOperator,
    SavepointDrillOperator,
)
from flink_chaos.operators.kafka import KafkaOffsetResetOperator
from flink_chaos.operators.litmus import LitmusChaosEngineOperator
from flink_chaos.operators.run import (
    PreflightOperator,
    RunLockOperator,
    RunPlanOperator,
    VerdictOperator,
)
from flink_chaos.operators.slack import SlackResultOperator
from flink_chaos.operators.undo import UndoOperator
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.sensors.run import DataLoadSensor, KafkaLagSensor, ObserverSensor, SteadyStateSensor
from flink_chaos.timetables import OnDemandTimetable

if TYPE_CHECKING:
    from flink_chaos.model.fault import Fault

INJECTORS: dict[str, type[BaseOperator]] = {
    "litmus": LitmusChaosEngineOperator,
    "savepoint": SavepointDrillOperator,
    "none": EmptyOperator,
}
TASK_LIMIT = timedelta(minutes=15)
"""For a task that runs; a deferred one has the deadline of its wait."""


def chaos_dag(fault: str, *, doc: str | None) -> DAG:
    """The DAG that tests a pipeline with a fault of the catalogue; its id is the fault's name."""
    catalogue = Catalogue()
    profile = catalogue.fault(fault)
    dag = DAG(
        dag_id=fault,
        schedule=OnDemandTimetable("@daily", timezone="UTC"),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        params=params(catalogue, profile),
        doc_md=doc,
        tags=["chaos", "flink"],
        default_args={"owner": "flink-chaos", "execution_timeout": TASK_LIMIT},
    )
    with dag:
        _tasks(profile)
    return dag


def _tasks(fault: Fault) -> None:
    lock = RunLockOperator(task_id="lock").as_setup()  # type: ignore[no-untyped-call]
    applied = [FlinkDeploymentApplyOperator(task_id=f"apply_{copy}", copy=copy) for copy in ("stable", "chaos")]
    load = DataLoaderOperator(task_id="load")
    drained = [KafkaLagSensor(task_id=f"drain_{copy}", copy=copy) for copy in ("stable", "chaos")]
    stopped = [FlinkDeploymentSuspendOperator(task_id=f"stop_{copy}", copy=copy) for copy in ("stable", "chaos")]
    compare = FlinkSqlReportOperator(task_id="compare")
    verdict = VerdictOperator(task_id="verdict", trigger_rule=TriggerRule.ALL_DONE)
    # Airflow colours a run by its last tasks, and skips over teardowns that are not to fail it: with `notify` as one
    # between them both `verdict` and `undo` are last, and no message can make a run red or green.
    notify = SlackResultOperator(task_id="notify").as_teardown()
    undo = UndoOperator(task_id="undo").as_teardown(setups=lock, on_failure_fail_dagrun=True)

    reset = KafkaOffsetResetOperator(task_id="reset_offsets")
    loaded = DataLoadSensor(task_id="loaded")
    RunPlanOperator(task_id="plan", fault=fault.name) >> lock >> PreflightOperator(task_id="preflight") >> reset
    # Downstream of nothing but the load, and nobody waits for it: the verdict tells it to end.
    load >> ObserverSensor(task_id="observe").as_teardown()
    reset >> applied >> load >> SteadyStateSensor(task_id="steady") >> _inject(fault) >> loaded
    for drain, stop in zip(drained, stopped, strict=True):
        loaded >> drain
        drained >> stop >> compare
    compare >> verdict >> notify >> undo


def _inject(fault: Fault) -> BaseOperator:
    return INJECTORS[fault.action](task_id="inject")
