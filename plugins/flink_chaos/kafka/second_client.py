"""kafka-python, for what librdkafka cannot do, or not without danger."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient

from flink_chaos.kafka.errors import KafkaProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flink_chaos.kafka.admin import Kafka

MS = 10_000
"""Longest wait for an answer."""

NAMES = {
    "bootstrap.servers": "bootstrap_servers",
    "security.protocol": "security_protocol",
    "sasl.mechanism": "sasl_mechanism",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
    "ssl.ca.location": "ssl_cafile",
    "ssl.certificate.location": "ssl_certfile",
    "ssl.key.location": "ssl_keyfile",
    "ssl.key.password": "ssl_password",
}
"""librdkafka's name of a setting and kafka-python's."""

SECURITY = ("security.", "sasl.", "ssl.")


def settings(config: Mapping[str, str]) -> dict[str, Any]:
    """The same connection for kafka-python. Raises KafkaProblem for security settings that it does not have."""
    strange = [name for name in config if name.startswith(SECURITY) and name not in NAMES]
    if strange:
        raise KafkaProblem(f"this cannot be asked: {', '.join(strange)} is known to librdkafka only")
    found: dict[str, Any] = {NAMES[name]: value for name, value in config.items() if name in NAMES}
    if "security_protocol" in found:
        found["security_protocol"] = found["security_protocol"].upper()
    return {**found, "client_id": "flink-chaos", "request_timeout_ms": MS, "bootstrap_timeout_ms": MS}


@contextmanager
def second_client(kafka: Kafka, what: str) -> Iterator[KafkaAdminClient]:
    """A client of its own for one question. Raises KafkaProblem saying that `what` failed, whatever it was."""
    try:
        with closing(KafkaAdminClient(**settings(kafka.config))) as client:
            yield client
    except KafkaProblem:
        raise
    except Exception as error:
        # Also what kafka-python has not thought of, such as a broker's answer that it cannot read.
        transient = isinstance(error, OSError) or bool(getattr(error, "retriable", False))
        raise kafka.problem(what, f"{type(error).__name__}: {error}", transient=transient) from error
