"""The one error of this room; not named KafkaError, which is confluent_kafka's."""

from __future__ import annotations

from flink_chaos.model.text import TEXT, one_line


class KafkaProblem(Exception):  # noqa: N818 - KafkaError is taken by confluent_kafka
    """What failed, where, why and what to do, in one line; `transient`: asking again in some seconds may help."""

    def __init__(self, message: str, *, transient: bool = False) -> None:
        """Not transient: the same question has the same answer until somebody changes something."""
        super().__init__(one_line(message, TEXT))
        self.transient = transient
