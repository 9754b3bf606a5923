"""Flink: applications up, applications down, and what they wrote."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.operators.base import CopyOperator, RunOperator

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


class FlinkDeploymentApplyOperator(CopyOperator):
    """Applies a copy of the application and waits until all its tasks run and a checkpoint completed."""

    wait = "deploy"

    def act(self, run: Run) -> None:
        """Apply."""
        from flink_chaos.steps.deploying import apply_copy

        apply_copy(run, Copy(self.copy))


class DataLoaderOperator(RunOperator):
    """Applies the data loader and waits for its first record."""

    waits = ("flow",)

    def act(self, run: Run) -> None:
        """Apply."""
        from flink_chaos.steps.loading import start_load

        start_load(run)


class FlinkDeploymentSuspendOperator(CopyOperator):
    """Stops a copy with a savepoint."""

    wait = "stop"

    def act(self, run: Run) -> None:
        """Suspend."""
        from flink_chaos.steps.stopping import suspend

        suspend(run, Copy(self.copy))


class SavepointDrillOperator(RunOperator):
    """Stops the chaos copy with a savepoint in the middle of the load and resumes it, as a redeploy does."""

    waits = ("suspended", "resumed")

    def act(self, run: Run) -> None:
        """Suspend."""
        from flink_chaos.steps.drilling import start_drill

        start_drill(run)


class FlinkSqlReportOperator(RunOperator):
    """Compares both outputs through Flink SQL Gateway, and proves the counts from the topics themselves."""

    waits = ("sinks",)

    def conclude(self, run: Run) -> None:
        """Query."""
        from flink_chaos.report.table import table
        from flink_chaos.steps.comparing import compare
        from flink_chaos.steps.proving import journal_proof

        for result in compare(run):
            for line in table(result.columns, result.rows):
                self.log.info("%s", line)
        journal_proof(run, partial(self.log.info, "%s"))
