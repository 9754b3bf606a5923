"""suite_dag(name): the DAG of one suite."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow.sdk import DAG, TriggerRule, chain

from flink_chaos.assembly.dag import TASK_LIMIT
from flink_chaos.assembly.params import suite_params
from flink_chaos.model.suite import Suite
from flink_chaos.operators.suite import FaultRunOperator, SuiteEndOperator, SuitePlanOperator, SuiteSummaryOperator
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.timetables import OnDemandTimetable, PromptTimetable

if TYPE_CHECKING:
    from flink_chaos.model.suite import Schedule

PREFIX = "regression__"


def suite_dags(*, doc: str | None) -> dict[str, DAG]:
    """One DAG for each file of include/suites, by its id."""
    catalogue = Catalogue()
    return {f"{PREFIX}{name}": _suite_dag(catalogue, name, doc) for name in catalogue.names(Suite)}


def _suite_dag(catalogue: Catalogue, name: str, doc: str | None) -> DAG:
    """An import error would take every suite's DAG away, also those whose files are sound."""
    try:
        return suite_dag(catalogue, name, doc=doc)
    except ProfileError as error:
        return _broken_dag(name, str(error))


def _broken_dag(name: str, problem: str) -> DAG:
    """A DAG that tells what is wrong with its file, on its page and when it is run."""
    dag = DAG(
        dag_id=f"{PREFIX}{name}",
        description="its file cannot be used",
        schedule=None,
        doc_md=f"**This suite's file cannot be used**\n\n    {problem}",
        tags=["chaos", "flink", "regression", "broken"],
        default_args={"owner": "flink-chaos"},
    )
    with dag:
        SuitePlanOperator(task_id="plan", suite=name)
    return dag


def suite_dag(catalogue: Catalogue, name: str, *, doc: str | None) -> DAG:
    """The DAG that makes the runs of a suite one after another, going on after a red one."""
    suite = catalogue.suite(name)
    dag = DAG(
        dag_id=f"{PREFIX}{name}",
        description=suite.description,
        schedule=_timetable(suite.schedule),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        # A schedule that breaks things begins when a person says so.
        is_paused_upon_creation=True if suite.schedule else None,
        max_active_runs=1,
        params=suite_params(catalogue, suite),
        doc_md=doc,
        tags=["chaos", "flink", "regression"],
        default_args={"owner": "flink-chaos", "execution_timeout": TASK_LIMIT},
    )
    with dag:
        _tasks(suite)
    return dag


def _timetable(schedule: Schedule | None) -> PromptTimetable | OnDemandTimetable:
    if schedule is None:
        return OnDemandTimetable("@daily", timezone="UTC")
    return PromptTimetable(schedule.cron, timezone=schedule.timezone)


def _tasks(suite: Suite) -> None:
    """A line of tasks, of which a red one does not stop the next.

    `end` is a teardown, as nothing else runs in a DAG run that was marked failed. It has no set-up: whoever clears one
    run's task would clear that too, and with `plan` begin another attempt.
    """
    plan = SuitePlanOperator(task_id="plan", suite=suite.name)
    runs = [FaultRunOperator(task_id=name, trigger_rule=TriggerRule.ALL_DONE) for name in suite.names]
    summary = SuiteSummaryOperator(task_id="summary", trigger_rule=TriggerRule.ALL_DONE)
    end = SuiteEndOperator(task_id="end").as_teardown(on_failure_fail_dagrun=True)
    chain(plan, *runs, summary, end)
