"""Slack: people are told the verdict."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class SlackResultOperator(RunOperator):
    """Tells the verdict in the Slack channel of the run's environment; succeeds whatever Slack says.

    After a lock that somebody marked failed it is the only task that Airflow still runs: it ends the run then.

    It reads the stored run only: neither Kafka nor Kubernetes must be there.
    """

    def execute(self, context: Context) -> None:
        """Tell."""
        from flink_chaos.hooks.slack import tell
        from flink_chaos.steps.judging import end
        from flink_chaos.store.records import Store, StoreError

        del context
        if self.run_key == "None":
            self.log.info("there is no run to tell of: the task `plan` tells why")
        else:
            with suppress(StoreError):  # `tell` warns of it
                end(Store().attempt(self.run_key))
            tell(self.run_key)
