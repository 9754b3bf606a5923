"""suite_dag(name): the DAG of one suite."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from hashlib import sha256
from textwrap import indent
from typing import TYPE_CHECKING

from airflow.sdk import DAG, TriggerRule, chain
from airflow.timetables.base import TimeRestriction

from flink_chaos.assembly.dag import TASK_LIMIT
from flink_chaos.assembly.params import suite_params
from flink_chaos.model.base import NAME
from flink_chaos.model.suite import Suite
from flink_chaos.model.telling import short
from flink_chaos.operators.suite import (
    BrokenSuiteOperator,
    FaultRunOperator,
    SuiteEndOperator,
    SuitePlanOperator,
    SuiteSummaryOperator,
)
from flink_chaos.profiles.catalogue import Catalogue, misnamed
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.timetables import OnDemandTimetable, PromptTimetable

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "regression__"
MOST_FILES = 100
RANDOM = re.compile(r"\bR\b", re.IGNORECASE)
"""All are read whenever Airflow looks for DAGs."""


def suite_dags(*, doc: str | None) -> dict[str, DAG]:
    """One DAG for each file of include/suites, by its id; of one that cannot be used too, and that tells why."""
    catalogue = Catalogue()
    files = catalogue.files(Suite)
    dags = [_dag(catalogue, path, doc) for path in files[:MOST_FILES]]
    if len(files) > MOST_FILES:
        problem = f"{files[0].parent}: holds {len(files):,} suites, {MOST_FILES} are allowed; missing: {files[-1].name}"
        dags.append(_broken_dag("too many", problem))
    return {dag.dag_id: dag for dag in dags}


def _dag(catalogue: Catalogue, path: Path, doc: str | None) -> DAG:
    """An import error would take every suite's DAG away, also those whose files are sound."""
    if problem := misnamed(path, Suite):
        return _broken_dag(path.name, problem)
    try:
        return suite_dag(catalogue, path.stem, doc=doc)
    except ProfileError as error:
        return _broken_dag(path.stem, str(error))
    except Exception as error:  # noqa: BLE001 - what nobody thought of is this file's problem all the same
        return _broken_dag(path.stem, f"{path}: cannot be used: {type(error).__name__}: {short(str(error))}")


def _broken_dag(name: str, problem: str) -> DAG:
    """A DAG that tells what is wrong with its file, on its page and when it is run."""
    dag = DAG(
        dag_id=f"{PREFIX}{_as_id(name)}",
        description="its file cannot be used",
        schedule=None,
        doc_md=f"**This suite's file cannot be used**\n\n{indent(problem, '    ')}",
        tags=["chaos", "flink", "regression", "broken"],
        default_args={"owner": "flink-chaos"},
    )
    with dag:
        BrokenSuiteOperator(task_id="plan", problem=problem)
    return dag


def _as_id(name: str) -> str:
    """What Airflow takes for an id: of a name that it does not take, what can stay, and a mark of the rest."""
    if re.fullmatch(NAME, name):
        return name
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:80] + "-" + sha256(os.fsencode(name)).hexdigest()[:6]


def suite_dag(catalogue: Catalogue, name: str, *, doc: str | None) -> DAG:
    """The DAG that makes the runs of a suite one after another, going on after a red one."""
    suite = catalogue.suite(name)
    dag = DAG(
        dag_id=f"{PREFIX}{name}",
        description=suite.description,
        schedule=_timetable(catalogue, suite),
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


def _timetable(catalogue: Catalogue, suite: Suite) -> PromptTimetable | OnDemandTimetable:
    if suite.schedule is None:
        return OnDemandTimetable("@daily", timezone="UTC")
    try:
        return _asked(suite.schedule.cron, suite.schedule.timezone)
    except Exception as error:
        where = catalogue.place(suite, ("schedule", "cron"))
        raise ProfileError(f"{where}: schedule.cron: {short(str(error))}; write it as in crontab") from error


def _asked(cron: str, timezone: str) -> PromptTimetable:
    """Airflow's own check lets days pass that never come, and then cannot tell the next run of any DAG of the file."""
    if RANDOM.search(cron):
        raise ValueError("R is another moment each time it is asked for")
    timetable = PromptTimetable(cron, timezone=timezone)
    timetable.validate()
    whenever = TimeRestriction(earliest=None, latest=None, catchup=False)
    timetable.next_dagrun_info(last_automated_data_interval=None, restriction=whenever)
    return timetable


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
