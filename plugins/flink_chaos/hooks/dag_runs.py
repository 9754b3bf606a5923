"""Runs of other DAGs, as a task or a trigger may touch them: through Airflow's Execution API, without credentials.

The API starts a run and tells its state. It cannot stop one: steps.halting does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED = ("success", "failed")


def start(dag_id: str, run_id: str, parameters: Mapping[str, Any], note: str) -> bool:
    """Start a run; False when there is one of that id already."""
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun

    # What TriggerDagRunOperator makes the task runner send; sent from here, so that a run which is there is met again
    # and the wait for it has a deadline.
    request = TriggerDagRun(dag_id=dag_id, run_id=run_id, logical_date=None, conf=dict(parameters), note=note)
    answer = task_runner.SUPERVISOR_COMMS.send(request)
    return not isinstance(answer, ErrorResponse)


def paused(dag_id: str) -> bool:
    """Whether nobody would execute a run of the DAG."""
    return bool(RuntimeTaskInstance.get_dag(dag_id).is_paused)


def state(dag_id: str, run_id: str) -> str:
    """State of a run; it is not the verdict."""
    found = RuntimeTaskInstance.get_dagrun_state(dag_id, run_id)
    return str(getattr(found, "value", found))  # an enumeration, whatever its annotation says


def is_at_work(dag_id: str, run_id: str) -> bool:
    """Whether this Airflow goes on with a run; one that it does not know is another Airflow's, or a command line's."""
    from airflow.sdk.exceptions import AirflowRuntimeError

    try:
        return bool(dag_id and run_id) and state(dag_id, run_id) not in ENDED
    except AirflowRuntimeError as error:
        return (error.error.detail or {}).get("status_code") != HTTPStatus.NOT_FOUND
