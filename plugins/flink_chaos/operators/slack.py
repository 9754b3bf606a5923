"""Slack: people are told the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class SlackResultOperator(RunOperator):
    """Tells the verdict in the Slack channel of the run's environment; succeeds whatever Slack says.

    It reads the stored run only: neither Kafka nor Kubernetes must be there.
    """

    def execute(self, context: Context) -> None:
        """Tell."""
        from flink_chaos.hooks.slack import tell

        del context
        if self.run_key == "None":
            self.log.info("there is no run to tell of: the task `plan` tells why")
        else:
            tell(self.run_key)
