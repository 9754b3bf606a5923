"""Beginning and end of a run: plan, lock, preflight, verdict, undo."""

from __future__ import annotations

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
        from flink_chaos.model.masking import masked
        from flink_chaos.steps.judging import close
        from flink_chaos.steps.planning import make_plan
        from flink_chaos.steps.run import StepError
        from flink_chaos.steps.suites import refuse_orphan
        from flink_chaos.store.records import Store, StoreError

        store, dag_run = Store(), context["dag_run"]
        try:
            plan = make_plan(
                store,
                dag_id=dag_run.dag_id,
                run_id=dag_run.run_id,
                fault=self.fault,
                parameters=context["params"],
                by_hand=dag_run.run_type == "manual",
            )
            refuse_orphan(store, store.attempt(plan.run_key))
        except (StepError, StoreError, ValueError) as error:
            raise AirflowFailException(masked(str(error))) from error
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

    def conclude(self, run: Run) -> None:
        """Tell that it begins."""
        from flink_chaos.hooks.slack import tell_begin

        tell_begin(run.plan.run_key)


class PreflightOperator(RunOperator):
    """Looks at everything that the run needs."""

    def act(self, run: Run) -> None:
        """Run the checks."""
        from flink_chaos.model.masking import masked
        from flink_chaos.steps.preflight import look

        for check in look(run).checks:
            self.log.info("%s %s: %s", "ok" if check.ok else "--", check.name, masked(check.message))


class VerdictOperator(RunOperator):
    """Makes and stores the verdict; fails for anything but PASS."""

    waits = ("observed",)
    concludes = True

    def act(self, run: Run) -> None:
        """Let the observer end."""
        from flink_chaos.steps.judging import announce

        announce(run.attempt)

    def conclude(self, run: Run) -> None:
        """Judge."""
        from flink_chaos.report.text import render
        from flink_chaos.steps.judging import close

        verdict = close(run.attempt)
        for line in render(verdict).splitlines():
            self.log.info("%s", line)
        _require_pass(verdict)


class UndoOperator(RunOperator):
    """Takes away everything that the run made; writes and tells ABORTED if no verdict stands.

    It is red for ABORTED: in a run that was marked failed Airflow skips the verdict, and would call the run a success.
    """

    waits = ("removal",)
    concludes = closes = True

    def act(self, run: Run) -> None:
        """Remove; the fault first. What fails is asked for again by the wait, and keeps nobody from the verdict."""
        from flink_chaos.cluster.errors import ClusterError
        from flink_chaos.hooks.slack import tell
        from flink_chaos.steps.judging import end
        from flink_chaos.steps.undoing import remove

        try:
            remove(run)
        except ClusterError as error:
            self.log.warning("%s", error)
        finally:
            end(run.attempt)
            tell(run.plan.run_key, again=False)

    def conclude(self, run: Run) -> None:
        """Tell Airflow what it may have skipped."""
        from flink_chaos.steps.judging import close

        verdict = close(run.attempt)
        if verdict.outcome == "ABORTED":
            _require_pass(verdict)


def _require_pass(verdict: Verdict) -> None:
    from flink_chaos.steps.run import RunEndsError

    if verdict.outcome.exit_code:
        raise RunEndsError(f"{verdict.outcome}: {'; '.join(verdict.reasons)}")
