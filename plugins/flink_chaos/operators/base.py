"""What every operator of a run has in common: it is given a run key and finds everything else in the stored plan."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowTaskTimeout, TaskDeferralError

from flink_chaos.hooks.flink_chaos import FlinkChaosHook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from flink_chaos.steps.run import Run

RUN_KEY = "{{ ti.xcom_pull(task_ids='plan') }}"
SPARE_SECONDS = 120
"""The trigger itself watches the deadline; Airflow's own time-out is for a trigger that does not answer at all."""


INLINE_SECONDS = 10
"""How long a task asks by itself before it defers."""

T = TypeVar("T")


class RunOperator(BaseOperator):
    """A step of a run, then the waits that belong to it, deferred one after another.

    A step is never retried by Airflow: it may have begun to act. Its failure becomes a fact of the run.

    :param run_key: key of the stored run.
    :param kafka_conn_id: instead of the one that the run's environment names.
    :param kubernetes_conn_id: instead of the one that the run's environment names.
    """

    template_fields: Sequence[str] = ("run_key",)
    waits: Sequence[str] = ()
    """Names of the waits that follow the step."""

    concludes = False
    """Whether it may act on a run that has its verdict already."""

    closes = False
    """Whether its failure is the end of the run, so that nobody but itself can make the verdict."""

    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        run_key: str = RUN_KEY,
        kafka_conn_id: str | None = None,
        kubernetes_conn_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("retries", 0)
        super().__init__(**kwargs)
        self.run_key = run_key
        self.kafka_conn_id = kafka_conn_id
        self.kubernetes_conn_id = kubernetes_conn_id

    @property
    def hook(self) -> FlinkChaosHook:
        """Opens the run."""
        return FlinkChaosHook(kafka_conn_id=self.kafka_conn_id, kubernetes_conn_id=self.kubernetes_conn_id)

    def act(self, run: Run) -> None:
        """Do the step."""

    def conclude(self, run: Run) -> None:
        """Do what comes after the last wait."""

    def execute(self, context: Context) -> None:
        """Do the step and defer to its first wait."""
        del context
        if self.run_key == "None":
            raise AirflowFailException("there is no run: the task `plan` tells why")
        run = self._guarded(self._open)
        if not self.concludes:
            self._guarded(partial(self._obey, run))
        self._guarded(partial(self._act, run))
        self._next(run, self.waits)

    def _act(self, run: Run) -> None:
        """A step may work for minutes, and asks nothing meanwhile that would renew the lock."""
        from flink_chaos.steps.heartbeat import beating

        with beating(run):
            self.act(run)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after a wait. A trigger that failed or never answered is a fact of the run too."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralError as error:
            self._abort(f"nobody answered the wait: {error}")
            raise

    def resume(self, context: Context, event: dict[str, Any]) -> None:
        """Take the answer of a wait and go on to the next one."""
        del context
        run = self._guarded(self._open)
        self.log.info("%s: %s", event["wait"], event["message"])
        self._guarded(partial(self._take, run, event))
        self._next(run, self.waits[self.waits.index(event["wait"]) + 1 :])

    def _take(self, run: Run, event: dict[str, Any]) -> None:
        from flink_chaos.steps.run import RunEndsError, StepError
        from flink_chaos.steps.waits import WAITS, expire

        if event["answer"] == "failed":
            raise StepError(event["message"])
        if event["answer"] == "ends":
            raise RunEndsError(event["message"])
        if event["answer"] == "late":
            expire(WAITS[event["wait"]], run, event["message"])

    def _next(self, run: Run, waits: Sequence[str]) -> None:
        for name in waits:
            if not self._guarded(partial(self._answered, run, name)):
                self._defer(run, name)
        self._guarded(partial(self.conclude, run))

    def _answered(self, run: Run, name: str) -> bool:
        """Ask for some seconds from here: what is answered at once is not worth a deferral.

        And a deferral that ends within a loop of the scheduler is dangerous: the event that the first process ended
        meets a task that runs again, and Airflow 3.3 fails it ("finished with state success, but ... is running").
        """
        from flink_chaos.steps.waits import wait_for

        return wait_for(name, run, lambda message: self.log.info("%s: %s", name, message), patience=INLINE_SECONDS)

    def _defer(self, run: Run, name: str) -> None:
        from flink_chaos.steps.waits import WAITS, seconds_left
        from flink_chaos.triggers.wait import WaitTrigger

        seconds = seconds_left(WAITS[name], run)
        trigger = WaitTrigger(
            run_key=self.run_key,
            wait=name,
            deadline=time.time() + seconds,
            kafka_conn_id=self.kafka_conn_id,
            kubernetes_conn_id=self.kubernetes_conn_id,
        )
        self.defer(trigger=trigger, method_name="resume", timeout=timedelta(seconds=seconds + SPARE_SECONDS))

    def _obey(self, run: Run) -> None:
        from flink_chaos.steps.halting import obey

        obey(run.attempt)

    def _open(self) -> Run:
        return self.hook.run(self.run_key)

    def _guarded(self, act: Callable[[], T]) -> T:
        """Turn a step's failure into a fact and one clear line."""
        from flink_chaos.cluster.patience import patient
        from flink_chaos.steps.run import RunEndsError, told

        try:
            with patient():
                return act()
        except RunEndsError as end:
            raise AirflowFailException(str(end)) from end
        except (Exception, AirflowTaskTimeout) as error:
            self._abort(told(error))
            raise AirflowFailException(f"{self.task_id}: {told(error)}") from error

    def _abort(self, message: str) -> None:
        """Needs the store only: what failed may be the way to Kafka or Kubernetes."""
        from flink_chaos.steps.judging import abort, close
        from flink_chaos.steps.remains import STORE_ERRORS
        from flink_chaos.store.records import Store

        try:
            attempt = Store().attempt(self.run_key)
            abort(attempt, self.task_id, message)
            if self.closes:
                close(attempt)
        except STORE_ERRORS as error:
            self.log.warning("%s", error)


class CopyOperator(RunOperator):
    """A step for one copy of the application.

    :param copy: `stable` or `chaos`.
    """

    wait: str
    """Name of the wait that follows, without the copy's."""

    def __init__(self, *, copy: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.copy = copy
        self.waits = (f"{self.wait}_{copy}",)
