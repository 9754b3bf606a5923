"""What librdkafka's and the brokers' errors mean: in words, and whether asking again may help."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaError, KafkaException

MOVING = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.REPLICA_NOT_AVAILABLE,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.OFFSET_NOT_AVAILABLE,
    KafkaError.KAFKA_STORAGE_ERROR,
}
"""A new topic's leaders stand in the metadata a little before they serve; so do those after a broker's end."""

COORDINATOR = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.UNSTABLE_OFFSET_COMMIT,
}
"""Answers about the coordinator, not about the group: a new cluster has none for its first group at first."""

BUSY = {
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.BROKER_NOT_AVAILABLE,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError.STALE_CTRL_EPOCH,
    KafkaError.STALE_BROKER_EPOCH,
    KafkaError.NOT_CONTROLLER,
    KafkaError.NOT_ENOUGH_REPLICAS,
    KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    KafkaError.LISTENER_NOT_FOUND,
    KafkaError.THROTTLING_QUOTA_EXCEEDED,
    KafkaError.CONCURRENT_TRANSACTIONS,
    KafkaError.REBOOTSTRAP_REQUIRED,
}
"""Brokers that start, end, are overloaded, or limit how much is asked of them."""

CONNECTION = {
    KafkaError._TRANSPORT,
    KafkaError._TIMED_OUT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._RESOLVE,
    KafkaError._SSL,  # also what a broker that ends in the middle of a handshake looks like
    KafkaError._TIMED_OUT_QUEUE,
    KafkaError._MSG_TIMED_OUT,
    KafkaError._WAIT_COORD,
    KafkaError._WAIT_CACHE,
    KafkaError._NODE_UPDATE,
    KafkaError._UNKNOWN_BROKER,
    KafkaError._DESTROY,
    KafkaError._DESTROY_BROKER,
    KafkaError._RETRY,
    KafkaError._INTR,
}
"""librdkafka's own: no broker has answered."""

REFUSALS = {
    KafkaError._AUTHENTICATION,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}
"""What no waiting changes, also where the library then only says that time ran out."""

OLD = {KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION}
UNKNOWN = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}
TRANSIENT = MOVING | COORDINATOR | BUSY | CONNECTION


def late(seconds: float) -> KafkaException:
    """Make the error of an answer that did not come in time."""
    return KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no answer within {seconds:g} s"))


def code_of(error: KafkaException) -> int:
    """Return the error's code; librdkafka's own are negative, the broker's are not."""
    detail: Any = error.args[0] if error.args else None
    return int(detail.code()) if hasattr(detail, "code") else int(KafkaError._FAIL)


def reason_of(error: KafkaException) -> str:
    """Return what a KafkaException has to say, without Python's wrapping."""
    detail: Any = error.args[0] if error.args else error
    if not hasattr(detail, "str"):
        return str(detail)
    text = str(detail.str() or "").rstrip(". ")
    return f"{text} {detail.name()}".strip() if text.endswith(":") or not text else text


SILENCE = ("imed out", "no answer", "transport")
GONE = {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}
REMEDIES = (
    (lambda _, reason: "authoriz" in reason.lower(), "Give this user the right on it (ACL)"),
    (lambda _, reason: "authenticat" in reason.lower(), "Check user, password and mechanism of the connection"),
    (
        lambda code, reason: (
            code in CONNECTION or any(word in reason for word in ("imed out", "no answer", "transport"))
        ),
        "Check that 'bootstrap.servers' is reachable from here and that the security settings fit",
    ),
    (lambda code, _: code in OLD, "These brokers are too old for it"),
    (lambda code, _: code in UNKNOWN, "Check that the topic exists and that nobody deletes it"),
    (lambda code, _: code in GONE, "Its records were removed: keep them for longer than a run takes (retention.ms)"),
    (lambda code, _: code in TRANSIENT, "Try again: the brokers are starting, busy, or choosing a leader"),
)


def remedy_of(code: int, reason: str) -> str:
    """Return what to do about it, as a sentence without its full stop."""
    return next((told for fits, told in REMEDIES if fits(code, reason)), "See the broker's log for more")
