"""selftest_dag(): the DAG that tests the record proof."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, Param

from flink_chaos.assembly.dag import TASK_LIMIT
from flink_chaos.model.selftest import MOST_RECORDS
from flink_chaos.operators.selftest import SelfTestOperator
from flink_chaos.timetables import PromptTimetable

SUNDAY = "0 4 * * 0"
RECORDS = 20_000
FORM = {"title": "Records", "section": "Test"}


def selftest_dag(*, doc: str | None) -> DAG:
    """Every Sunday; it breaks nothing, and what it writes it deletes."""
    dag = DAG(
        dag_id="selftest",
        description="Does the record proof find what is planted?",
        schedule=PromptTimetable(SUNDAY, timezone="UTC"),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        params={
            "records": Param(
                RECORDS, type="integer", minimum=1000, maximum=MOST_RECORDS, title="Records", section="Test"
            )
        },
        doc_md=doc,
        tags=["chaos", "flink", "selftest"],
        default_args={"owner": "flink-chaos", "execution_timeout": TASK_LIMIT},
    )
    with dag:
        SelfTestOperator(task_id="selftest")
    return dag
