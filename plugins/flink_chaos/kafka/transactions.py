"""Writes records in real transactions, some of which are aborted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, Producer

from flink_chaos import clock
from flink_chaos.kafka.admin import QUIET
from flink_chaos.kafka.reasons import late

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.selftest import Transaction, Write

TIMEOUT = 30.0


def write_transactions(kafka: Kafka, topic: str, transactions: Iterable[Transaction], *, transactional_id: str) -> None:
    """One after another, in their order. Raises KafkaProblem when a broker refuses."""
    try:
        writer = Producer({**QUIET, **kafka.config, "transactional.id": transactional_id, "linger.ms": "20"})
        writer.init_transactions(TIMEOUT)
        for transaction in transactions:
            _write(writer, topic, transaction)
    except KafkaException as error:
        raise kafka.problem(f"write transactions to topic {topic!r}", error) from error
    except (TypeError, ValueError) as error:
        raise kafka.problem(f"write transactions to topic {topic!r}", f"{type(error).__name__}: {error}") from error


def _write(writer: Producer, topic: str, transaction: Transaction) -> None:
    writer.begin_transaction()
    for write in transaction.writes:
        _produce(writer, topic, write)
    writer.flush(TIMEOUT)  # else an abort would drop what was not sent yet, and nobody could read it
    if transaction.commit:
        writer.commit_transaction(TIMEOUT)
    else:
        writer.abort_transaction(TIMEOUT)


def _produce(writer: Producer, topic: str, write: Write) -> None:
    """The library's queue may be full: then some of it must go first."""
    deadline = clock.monotonic() + TIMEOUT
    while True:
        try:
            writer.produce(topic, write.value, partition=write.partition)
        except BufferError:
            if clock.monotonic() > deadline:
                raise late(TIMEOUT) from None
            writer.poll(0.1)
        else:
            writer.poll(0)
            return
