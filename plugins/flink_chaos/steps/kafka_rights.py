"""Whether this user of Kafka may do everything that a run does, also what it does last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import committed
from flink_chaos.kafka.rights import denied_on_topic, try_deleting_group, try_reading
from flink_chaos.kafka.topics import partition_count
from flink_chaos.steps.topic_states import topics_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.steps.run import Run

NEEDED = ("READ", "DESCRIBE")


def kafka_rights(run: Run) -> str:
    """Try what can be tried without a change. Raises ValueError with everything that is missing."""
    topics = [topic for topic in topics_of(run) if partition_count(run.kafka, topic)]
    groups = [copy.group for copy in run.plan.copies.values()]
    denied = list(_denied(run, topics))
    tries: list[Callable[[], object]] = []
    tries += [partial(try_reading, run.kafka, topic) for topic in topics if not denied]
    tries += [partial(committed, run.kafka, group, topic) for group in groups for topic in topics[:1]]
    tries += [partial(try_deleting_group, run.kafka, group) for group in groups]
    missing = [*denied, *(told for one in tries if (told := _refusal(one)))]
    if missing:
        raise ValueError("; ".join(dict.fromkeys(missing)))
    return f"{len(topics)} topics may be read, {len(groups)} groups may be read and deleted"


def _denied(run: Run, topics: list[str]) -> Iterator[str]:
    for topic in topics:
        if operations := denied_on_topic(run.kafka, topic, NEEDED):
            yield f"not allowed on topic {topic}: {', '.join(operations)}; give this user of Kafka that right (ACL)"


def _refusal(act: Callable[[], object]) -> str:
    """What is transient is no refusal: it is asked again."""
    try:
        act()
    except KafkaProblem as problem:
        if problem.transient:
            raise
        return str(problem)
    return ""
