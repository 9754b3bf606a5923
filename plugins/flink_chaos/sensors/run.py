"""Sensors of a run. They hold no worker: the triggerer asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.operators.base import CopyOperator, RunOperator

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


class SteadyStateSensor(RunOperator):
    """Waits until both copies have kept up with the load for as long as the plan asks."""

    waits = ("steady",)


class DataLoadSensor(RunOperator):
    """Waits until the loader has ended, and proves by the topic that it wrote every record."""

    waits = ("load",)

    def act(self, run: Run) -> None:
        """Tell that the fault was felt: here, while the load goes on, nothing waits for a message."""
        from flink_chaos.hooks.slack import tell_fault

        tell_fault(run.plan.run_key)


class ObserverSensor(RunOperator):
    """Looks at both copies once a second until they have caught up.

    What it sees explains a run and decides none: it never fails.
    """

    waits = ("observe",)
    concludes = True

    def _abort(self, message: str) -> None:
        self.log.warning("the run goes on without its observer: %s", message)


class KafkaLagSensor(CopyOperator):
    """Waits until a copy's lag is zero and its output is flushed."""

    wait = "drain"
