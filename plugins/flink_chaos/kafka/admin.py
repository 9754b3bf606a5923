"""One connection to one Kafka cluster, and how its answers become results or clear errors."""

from __future__ import annotations

import concurrent.futures
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import Consumer, KafkaException
from confluent_kafka.admin import AdminClient

from flink_chaos.kafka.errors import KafkaProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import confluent_kafka

T = TypeVar("T")

SERVERS = "bootstrap.servers"
GRACE = 5.0
"""Seconds by which we wait longer than librdkafka does, so that its own and better reason comes first."""

QUIET = {"client.id": "flink-chaos", "log_level": "2"}
"""Below a caller's configuration: librdkafka else writes a line for each failed connection; the error says it once."""


class Kafka:
    """A Kafka cluster, named by librdkafka configuration (at least `bootstrap.servers`). Connects on first use."""

    def __init__(self, config: Mapping[str, str]) -> None:
        """Raises KafkaProblem if the configuration names no cluster."""
        if not config.get(SERVERS):
            raise KafkaProblem(f"Kafka's configuration has no {SERVERS!r}: name at least one broker as host:port")
        self.config = dict(config)
        self._last_error = ""

    @property
    def servers(self) -> str:
        """The addresses it was named by, for messages."""
        return self.config[SERVERS]

    @cached_property
    def admin(self) -> AdminClient:
        """The AdminClient, made once. Raises KafkaProblem when librdkafka refuses the configuration."""
        try:
            return AdminClient({**QUIET, **self.config, "error_cb": self._remember})  # type: ignore[dict-item]
        except KafkaException as error:
            raise KafkaProblem(f"Kafka at {self.servers}: its configuration is refused: {reason_of(error)}") from error

    def consumer(self, **overrides: str) -> Consumer:
        """Return a consumer that commits nothing; `overrides` have dots as underscores. The caller closes it."""
        own = {"group.id": "flink-chaos-reader", "enable.auto.commit": "false"}
        named = {key.replace("_", "."): value for key, value in overrides.items()}
        try:
            return Consumer({**QUIET, **self.config, **own, **named, "error_cb": self._remember})
        except KafkaException as error:
            raise KafkaProblem(f"Kafka at {self.servers}: its configuration is refused: {reason_of(error)}") from error

    def ping(self, timeout: float = 10) -> str:
        """Return the cluster's id; raises KafkaProblem when no broker answers within `timeout` seconds."""
        described = self.admin.describe_cluster(request_timeout=timeout)
        return str(self.result(described, "describe the cluster", timeout).cluster_id)

    def result(self, future: concurrent.futures.Future[T], what: str, timeout: float) -> T:
        """Return what `future` holds; raises KafkaProblem saying that `what` failed, and why."""
        try:
            return future.result(timeout + GRACE)
        except KafkaException as error:
            raise self.problem(what, error) from error
        except concurrent.futures.TimeoutError as error:
            raise self.problem(what, f"no answer within {timeout:g} s") from error

    def problem(self, what: str, why: KafkaException | str) -> KafkaProblem:
        """Make the one line: what, where, why, what to do.

        When librdkafka itself gave up, its last word on the connection is the true reason.
        """
        reason = why if isinstance(why, str) else reason_of(why)
        self.admin.poll(0)
        local = isinstance(why, str) or code_of(why) < 0
        cause = f" ({self._last_error})" if self._last_error and local else ""
        return KafkaProblem(f"Kafka at {self.servers}: cannot {what}: {reason}{cause}. {_remedy(reason)}")

    def _remember(self, error: confluent_kafka.KafkaError) -> None:
        self._last_error = error.str()


def code_of(error: KafkaException) -> int:
    """Return the error's code; librdkafka's own are negative, the broker's are not."""
    return int(error.args[0].code())


def reason_of(error: KafkaException) -> str:
    """Return what a KafkaException has to say, without Python's wrapping."""
    detail: Any = error.args[0] if error.args else error
    if not hasattr(detail, "str"):
        return str(detail)
    text = str(detail.str()).rstrip(". ")
    return f"{text} {detail.name()}" if text.endswith(":") else text


def _remedy(reason: str) -> str:
    if "imed out" in reason or "no answer" in reason or "transport" in reason:
        return f"Check that {SERVERS!r} is reachable from here and that the security settings fit"
    if "authoriz" in reason.lower():
        return "Give this user the right on it (ACL)"
    return "See the broker's log for more"
