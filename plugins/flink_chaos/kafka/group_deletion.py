"""Deletes a consumer group: only its coordinator can.

librdkafka may end the whole process when a broker goes away meanwhile (github.com/confluentinc/librdkafka/issues/4605):
so kafka-python asks, and librdkafka only where kafka-python does not know the connection's security settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, KafkaException

from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.reasons import COORDINATOR, code_of
from flink_chaos.kafka.second_client import second_client, settings

if TYPE_CHECKING:
    from flink_chaos.kafka.admin import Kafka

TIMEOUT = 15.0
SETTLING = ("NotCoordinatorError", "CoordinatorNotAvailableError", "CoordinatorLoadInProgressError")
"""Answers about the coordinator, not about the group."""

WORDS = {
    "GroupAuthorizationFailedError": "Group authorization failed",
    "NonEmptyGroupError": "The group is not empty: it has members",
}


def delete(kafka: Kafka, group: str) -> str:
    """Ask once; "OK", or the name of the broker's refusal. Raises KafkaProblem when no broker answers."""
    what = f"delete group {group!r}"
    try:
        settings(kafka.config)
    except KafkaProblem:
        return _by_librdkafka(kafka, group, what)
    with second_client(kafka, what) as client:
        return str(client.delete_groups([group])[group])


def in_words(answer: str) -> str:
    """A refusal in words."""
    return WORDS.get(answer, answer)


def _by_librdkafka(kafka: Kafka, group: str, what: str) -> str:
    try:
        kafka.answer(lambda admin: admin.delete_consumer_groups([group], request_timeout=TIMEOUT)[group], TIMEOUT)
    except KafkaException as error:
        if code_of(error) == KafkaError.GROUP_ID_NOT_FOUND:
            return "GroupIdNotFoundError"
        if code_of(error) in COORDINATOR:
            return SETTLING[0]
        raise kafka.problem(what, error) from error
    return "OK"
