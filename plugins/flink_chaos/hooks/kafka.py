"""Opens the Kafka cluster that a connection of type `kafka` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.hooks.fields import WrongConnectionError, extra_of, refuse_fields

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from flink_chaos.kafka.admin import Kafka

KIND = "Kafka"
UNUSED = ("host", "port", "login", "password", "schema")
CALLBACKS = ("error_cb", "throttle_cb", "stats_cb", "log_cb", "oauth_cb", "on_commit")


def open_kafka(connection: Connection) -> Kafka:
    """Return a client; nothing is sent yet. The extra is librdkafka's configuration, as for Airflow's own hooks.

    Raises WrongConnectionError for fields that would not be used, KafkaProblem when the extra is no configuration.
    """
    from flink_chaos.kafka.admin import Kafka

    refuse_fields(connection, KIND, UNUSED, "Write librdkafka's settings into the extra, such as bootstrap.servers")
    extra = extra_of(connection, KIND)
    if callbacks := [name for name in CALLBACKS if name in extra]:
        what = f"{', '.join(callbacks)} in its extra, which names Python code, and no such is called. Remove it"
        raise WrongConnectionError(connection, KIND, what)
    return Kafka(extra)
