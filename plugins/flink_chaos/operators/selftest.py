"""The self-test of the record proof as a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook, BaseOperator
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from airflow.sdk import Context


class SelfTestOperator(BaseOperator):
    """Plants known offences in topics of its own, and is red if the record proof does not find exactly those.

    The plantings follow from the date of the run and the parameter `records`. Kafka that cannot be reached tests
    nothing: the task is red, and no result is stored.

    :param kafka_conn_id: connection of type `kafka`; the default environment's, if none is given.
    """

    def __init__(self, *, kafka_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kafka_conn_id = kafka_conn_id

    def execute(self, context: Context) -> None:
        """Test, and store the result: every verdict tells it."""
        from flink_chaos.hooks.kafka import open_kafka
        from flink_chaos.report.selftest import selftest_line
        from flink_chaos.steps.run import told
        from flink_chaos.steps.selftest_fact import self_test_fact
        from flink_chaos.steps.selftesting import self_test
        from flink_chaos.store.records import Store
        from flink_chaos.store.selftest import keep

        try:
            seed, records = int(context["dag_run"].run_after.timestamp()), int(context["params"]["records"])
            kafka = open_kafka(BaseHook.get_connection(self.kafka_conn_id or _default()))
            result = self_test(kafka, seed=seed, records=records, say=self.log.info)
            keep(Store().root, result)
        except Exception as error:
            raise AirflowFailException(told(error)) from error
        line = selftest_line(self_test_fact(result))
        self.log.info("%s", line)
        if not result.ok:
            raise AirflowFailException(line)


def _default() -> str:
    from flink_chaos.hooks.flink_chaos import connections_of
    from flink_chaos.profiles.catalogue import Catalogue, default_environment

    return connections_of(Catalogue().environment(default_environment())).kafka
