"""A text that nobody else has written, at a place that is known: who can read it there is connected to this cluster."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, Producer

from flink_chaos.kafka.admin import QUIET
from flink_chaos.kafka.reasons import late
from flink_chaos.kafka.topics import ensure_topic

if TYPE_CHECKING:
    from flink_chaos.kafka.admin import Kafka

TOPIC = "flink-chaos-identity"
CONFIG = {"cleanup.policy": "delete", "retention.ms": "3600000"}
TIMEOUT = 10.0


@dataclass(frozen=True)
class Nonce:
    """What was written, and where: partition 0 of the topic."""

    text: str
    offset: int


def write_nonce(kafka: Kafka) -> Nonce:
    """Write one into the topic `flink-chaos-identity`, which is made if need be. Raises KafkaProblem."""
    ensure_topic(kafka, TOPIC, 1, CONFIG)
    text, delivered = secrets.token_hex(16), []
    what = f"write to topic {TOPIC!r}"
    try:
        writer = Producer({**QUIET, **kafka.config, "message.timeout.ms": str(int(TIMEOUT * 1000))})
        writer.produce(TOPIC, text.encode(), partition=0, on_delivery=lambda *told: delivered.append(told))
        writer.flush(TIMEOUT + 1)
    except (KafkaException, BufferError, ValueError, TypeError) as error:
        raise kafka.problem(what, error if isinstance(error, KafkaException) else str(error)) from error
    return Nonce(text, _place(kafka, what, delivered))


def _place(kafka: Kafka, what: str, delivered: list[tuple[KafkaError | None, Any]]) -> int:
    if not delivered:
        raise kafka.problem(what, late(TIMEOUT))
    error, message = delivered[0]
    if error is not None:
        raise kafka.problem(what, KafkaException(error))
    return int(message.offset())
