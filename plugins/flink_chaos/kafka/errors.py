"""The one error of this room; not named KafkaError, which is confluent_kafka's."""

from __future__ import annotations


class KafkaProblem(Exception):  # noqa: N818 - KafkaError is taken by confluent_kafka
    """What failed, where, why and what to do, in one line."""
