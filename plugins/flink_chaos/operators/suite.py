"""A suite: its plan, its runs one after another, their verdict, and the end of those that are still open."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from flink_chaos.operators.base import SPARE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from flink_chaos.model.suite import SuiteVerdict
    from flink_chaos.store.records import Store
    from flink_chaos.store.suites import SuiteRecord

SUITE_KEY = "{{ ti.xcom_pull(task_ids='plan') }}"
QUEUE_SECONDS = 3600
"""A run may wait for Airflow before it begins to wait for the topics."""


class SuitePlanOperator(BaseOperator):
    """Decides all runs of a suite and stores the plan; returns the suite's key.

    :param suite: a file of include/suites.
    """

    def __init__(self, *, suite: str, **kwargs: Any) -> None:
        kwargs["retries"] = 0  # each try is another attempt
        super().__init__(**kwargs)
        self.suite = suite

    def execute(self, context: Context) -> str:
        """Store the plan."""
        from flink_chaos.hooks.slack_suite import tell_suite_begin
        from flink_chaos.model.masking import masked
        from flink_chaos.profiles.catalogue import Catalogue
        from flink_chaos.steps.run import StepError
        from flink_chaos.steps.suites import plan_suite
        from flink_chaos.store.records import Store
        from flink_chaos.store.suites import Suites

        dag_run, asked = context["dag_run"], context["params"]
        _refuse_late(dag_run)
        of = {"name": self.suite, "dag_id": dag_run.dag_id, "run_id": dag_run.run_id}
        try:
            plan = plan_suite(Store(), Catalogue(), **of, parameters=asked)
        except (StepError, ValueError) as error:
            raise AirflowFailException(masked(str(error))) from error
        for run in plan.runs:
            self.log.info("%s: %s %s", run.name, run.fault, run.parameters)
        tell_suite_begin(Suites(Store()).record(plan.suite_key))
        return plan.suite_key


class SuiteOperator(BaseOperator):
    """A task of a suite that has a plan.

    :param suite_key: key of the stored suite.
    """

    template_fields: Sequence[str] = ("suite_key",)
    ui_color = "#e6f4ea"

    def __init__(self, *, suite_key: str = SUITE_KEY, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.suite_key = suite_key

    def opened(self) -> tuple[Store, SuiteRecord]:
        """The store and the suite's record in it."""
        from flink_chaos.store.records import Store
        from flink_chaos.store.suites import Suites

        if self.suite_key == "None":
            raise AirflowFailException("there is no suite: the task `plan` tells why")
        store = Store()
        return store, Suites(store).record(self.suite_key)


class FaultRunOperator(SuiteOperator):
    """Starts one run of the suite and waits for its end without a worker; as red as the run's stored verdict.

    Tried or cleared again, it meets the run that it started before: the run's id follows from the suite's key.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(retries=2, retry_delay=timedelta(seconds=30), **kwargs)

    def execute(self, context: Context) -> None:
        """Start the run, or meet it again."""
        from flink_chaos.hooks import dag_runs
        from flink_chaos.triggers.dag_run import RunEndTrigger

        _, record = self.opened()
        plan = record.plan()
        run = plan.run(self.task_id)
        if run is None:
            raise AirflowSkipException(f"not chosen this time; chosen: {', '.join(r.name for r in plan.runs)}")
        if dag_runs.paused(run.fault):
            raise AirflowFailException(f"DAG {run.fault} is paused, its run would never begin: unpause it")
        new = dag_runs.start(run.fault, run.run_id, run.parameters, f"{plan.dag_id} {plan.run_id} #{plan.attempt}")
        self.log.info("%s run %s of %s", "started" if new else "meeting again", run.run_id, run.fault)
        context["ti"].xcom_push(key="trigger_run_id", value=run.run_id)
        seconds = run.seconds + QUEUE_SECONDS
        trigger = RunEndTrigger(dag_id=run.fault, run_id=run.run_id, deadline=time.time() + seconds)
        self.defer(trigger=trigger, method_name="resume", timeout=timedelta(seconds=seconds + SPARE_SECONDS))

    def resume(self, context: Context, event: dict[str, Any]) -> None:
        """Tell the verdict from the store: the state of a run in Airflow is none."""
        del context
        store, record = self.opened()
        run = record.plan().run(self.task_id)
        attempt = store.latest(run.fault, run.run_id) if run else None
        verdict = attempt.verdict() if attempt else None
        if verdict is None:
            raise AirflowFailException(f"no verdict; Airflow calls the run {event['state']}")
        told = f"{verdict.outcome} {verdict.run_key}: {'; '.join(verdict.reasons)}"
        if verdict.outcome != "PASS":
            raise AirflowFailException(told)
        self.log.info("%s", told)


class SuiteSummaryOperator(SuiteOperator):
    """Makes and stores the verdict of the suite; fails for anything but PASS."""

    def execute(self, context: Context) -> None:
        """Judge."""
        from flink_chaos.steps.suites import conclude

        del context
        store, record = self.opened()
        verdict = conclude(store, record)
        tell(record, verdict, partial(self.log.info, "%s"))
        _require_pass(verdict)


class SuiteEndOperator(SuiteOperator):
    """Asks the suite's open runs to stop, judges a suite that was killed, and is red for anything but PASS."""

    def execute(self, context: Context) -> None:
        """End."""
        from flink_chaos.steps.suites import conclude, end

        del context
        store, record = self.opened()
        for key in end(store, record):
            self.log.info("asked run %s to stop", key)
        verdict = conclude(store, record)
        tell(record, verdict, partial(self.log.info, "%s"))
        _require_pass(verdict)


def _refuse_late(dag_run: Any) -> None:
    """The timetable leaves out what is late; the run that it had promised before an outage is made all the same."""
    from datetime import UTC, datetime

    from flink_chaos.timetables import LATE_HOURS

    late = datetime.now(UTC) - dag_run.run_after
    if dag_run.run_type == "scheduled" and late > timedelta(hours=LATE_HOURS):
        raise AirflowFailException(
            f"due at {dag_run.run_after:%Y-%m-%d %H:%M}, begun {late.total_seconds() / 3600:.1f} h later: nothing is "
            "broken outside its hour. Trigger the DAG to make it now."
        )


def tell(record: SuiteRecord, verdict: SuiteVerdict, say: Callable[[str], None]) -> None:
    """Tell people how the suite ended: once for each suite, whatever ended it, and however often a task is cleared."""
    from flink_chaos.hooks.slack_suite import tell_suite
    from flink_chaos.report.suite import render_suite

    for line in render_suite(verdict).splitlines():
        say(line)
    if not record.told and tell_suite(record, verdict):
        record.mark_told()


def _require_pass(verdict: SuiteVerdict) -> None:
    if verdict.outcome != "PASS":
        told = ", ".join(f"{line.name} {line.outcome}" for line in verdict.lines if line.outcome != "PASS")
        raise AirflowFailException(f"{verdict.outcome}: {told}")
