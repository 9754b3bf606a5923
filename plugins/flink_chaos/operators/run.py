"""Beginning and end of a run: plan, lock, preflight, verdict."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from flink_chaos.model.verdict import Verdict
    from flink_chaos.steps.run import Run


class RunPlanOperator(BaseOperator):
    """Makes and stores the plan of a run from the DAG's parameters; returns the run key.

    :param fault: a file of include/faults.
    """

    def __init__(self, *, fault: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fault = fault

    def execute(self, context: Context) -> str:
        """Store the plan. With `dry_run` the rest is skipped."""
        from flink_chaos.steps.judging import close
        from flink_chaos.steps.planning import make_plan
        from flink_chaos.steps.run import told
        from flink_chaos.steps.suites import refuse_orphan
        from flink_chaos.store.records import Store

        dag_run = context["dag_run"]
        try:
            store = Store()
            plan = make_plan(
                store,
                dag_id=dag_run.dag_id,
                run_id=dag_run.run_id,
                fault=self.fault,
                parameters=context["params"],
                by_hand=dag_run.run_type == "manual",
            )
            refuse_orphan(store, store.attempt(plan.run_key))
        except Exception as error:
            raise AirflowFailException(told(error)) from error
        self.log.info("run %s: %s of %s", plan.run_key, plan.fault.title, plan.pipeline.name)
        if plan.request.dry_run:
            close(store.attempt(plan.run_key))
            context["ti"].xcom_push(key="return_value", value=plan.run_key)
            raise AirflowSkipException(f"dry run: the plan of {plan.run_key} is stored, nothing was touched")
        return plan.run_key


class RunLockOperator(RunOperator):
    """Takes the lock on the pipeline's topics.

    It is the set-up of the run: when it fails, Airflow runs nothing of what follows but `notify`, whatever its trigger
    rule. So it makes the verdict itself.
    """

    waits = ("lock",)
    closes = True

    def act(self, run: Run) -> None:
        """End what earlier attempts of the run left open: `plan` was cleared while they were at work."""
        from flink_chaos.steps.superseding import end_earlier

        end_earlier(run, partial(self.log.info, "%s"))

    def conclude(self, run: Run) -> None:
        """Tell that it begins."""
        from flink_chaos.hooks.slack import tell_begin

        tell_begin(run.plan.run_key)


class PreflightOperator(RunOperator):
    """Looks at everything that the run needs."""

    def act(self, run: Run) -> None:
        """Run the checks."""
        from flink_chaos.model.masking import masked
        from flink_chaos.model.text import one_line
        from flink_chaos.steps.preflight import look

        for check in look(run).checks:
            told = masked(one_line(f"{check.name}: {check.message}"))
            self.log.info("%s %s", "ok" if check.ok else "--", told)


class VerdictOperator(RunOperator):
    """Makes and stores the verdict; fails for anything but PASS."""

    waits = ("observed",)
    concludes = True

    def act(self, run: Run) -> None:
        """End the fault, whatever became of the run; then let the observer end."""
        from flink_chaos.steps.heartbeat import journal_loss
        from flink_chaos.steps.judging import announce
        from flink_chaos.steps.remains import remains_of
        from flink_chaos.steps.removing import stop_faults
        from flink_chaos.steps.run import SYSTEM_ERRORS

        try:
            stop_faults(remains_of(run))
        except SYSTEM_ERRORS as error:
            self.log.warning("the fault is ended by the task `undo`: %s", error)
        journal_loss(run)
        announce(run.attempt)

    def conclude(self, run: Run) -> None:
        """Judge."""
        from flink_chaos.report.text import render
        from flink_chaos.steps.judging import close

        verdict = close(run.attempt)
        for line in render(verdict).splitlines():
            self.log.info("%s", line)
        require_pass(verdict)


def require_pass(verdict: Verdict) -> None:
    """Raise RunEndsError, with outcome and reasons, for anything but PASS."""
    from flink_chaos.steps.run import RunEndsError

    if verdict.outcome.exit_code:
        raise RunEndsError(f"{verdict.outcome}: {'; '.join(verdict.reasons)}")
