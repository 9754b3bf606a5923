"""janitor_dag(): the DAG that takes away what killed runs left."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG

from flink_chaos.assembly.dag import TASK_LIMIT
from flink_chaos.operators.undo import JanitorOperator
from flink_chaos.timetables import PromptTimetable

EVERY_TEN_MINUTES = "*/10 * * * *"


def janitor_dag(*, doc: str | None) -> DAG:
    """Every ten minutes; it touches nothing of runs that are at work."""
    dag = DAG(
        dag_id="janitor",
        description="Takes away what runs left whose process is gone",
        is_paused_upon_creation=False,
        schedule=PromptTimetable(EVERY_TEN_MINUTES, timezone="UTC"),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["chaos", "flink", "janitor"],
        default_args={"owner": "flink-chaos", "execution_timeout": TASK_LIMIT},
    )
    with dag:
        JanitorOperator(task_id="sweep")
    return dag
