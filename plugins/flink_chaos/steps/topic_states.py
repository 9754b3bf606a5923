"""Looks at the topics of a run when it begins and when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.kafka.topic_states import topic_state

if TYPE_CHECKING:
    from flink_chaos.model.topic_facts import Moment
    from flink_chaos.steps.run import Run


def topics_of(run: Run) -> list[str]:
    """The source, and the sinks that are topics."""
    return [run.plan.pipeline.topics.source, *(copy.sink for copy in run.plan.copies.values() if not copy.files)]


def see_topics(run: Run, moment: Moment) -> None:
    """Journal what each topic is like. Raises KafkaProblem when no broker answers."""
    for topic in topics_of(run):
        run.attempt.append(topic_state(run.kafka, topic, moment))
