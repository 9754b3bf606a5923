"""Kafka: where both copies begin to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run


class KafkaOffsetResetOperator(RunOperator):
    """Makes sure that the topics exist, resets the offsets of both groups and records where the sinks end."""

    def act(self, run: Run) -> None:
        """Reset."""
        from flink_chaos.model.facts import OffsetsReset
        from flink_chaos.steps.resetting import prepare_topics, reset_offsets, told

        prepare_topics(run)
        self.log.info("%s", reset_offsets(run).message)
        for reset in run.journal.all(OffsetsReset):
            self.log.info("%s, %s: %s", reset.group, reset.strategy, ", ".join(told(reset)))
