"""Topics that were not what a run takes them for, or that changed while it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.facts import OffsetsReset, TopicBegin, TopicEnd
from flink_chaos.model.topic_facts import TopicState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan

COMPARED = {
    "partitions": "the number of partitions",
    "cleanup_policy": "cleanup.policy",
    "retention_ms": "retention.ms",
    "retention_bytes": "retention.bytes",
    "timestamp_type": "message.timestamp.type",
}
"""Field of the state, and what people call it."""

UNKNOWN = ("", None)


def topic_doubts(plan: RunPlan, journal: Journal) -> Iterator[str]:
    """Tell every reason for which the records between the recorded offsets may not be what was written there."""
    source = plan.pipeline.topics.source
    for topic in dict.fromkeys([source, *(copy.sink for copy in plan.copies.values() if not copy.files)]):
        before = journal.last(TopicState, topic=topic, moment="before")
        after = journal.last(TopicState, topic=topic, moment="after")
        yield from _compacted(topic, before, after)
        if before and after:
            yield from _changed(before, after)
            yield from _trimmed(journal, after)
        elif before and journal.last(TopicEnd, topic=topic):
            yield f"topic {topic}: nobody looked whether it changed during the run"


def _compacted(topic: str, *states: TopicState | None) -> Iterator[str]:
    if any(state and state.compacted for state in states):
        yield f"topic {topic} is compacted: lost and duplicated records cannot be told from those that Kafka removed"


def _changed(before: TopicState, after: TopicState) -> Iterator[str]:
    told = f"topic {before.topic} changed during the run"
    if before.topic_id and after.topic_id and before.topic_id != after.topic_id:
        yield f"{told}: it was deleted and made anew"
        return
    if not after.partitions:
        yield f"{told}: it was deleted"
        return
    for field, name in COMPARED.items():
        was, became = getattr(before, field), getattr(after, field)
        if was != became and was not in UNKNOWN and became not in UNKNOWN:
            yield f"{told}: {name} was {was}, then {became}"


def _trimmed(journal: Journal, after: TopicState) -> Iterator[str]:
    """What a run needs begins where the topic ended before it; of the source, where the groups were put."""
    begin = journal.last(TopicBegin, topic=after.topic)
    needed = dict(begin.offsets) if begin else {}
    for reset in journal.all(OffsetsReset):
        if reset.topic == after.topic:
            needed |= {n: min(offset, needed.get(n, offset)) for n, offset in reset.after.items()}
    gone = [n for n, offset in sorted(needed.items()) if after.starts.get(n, offset) > offset]
    if gone:
        places = ", ".join(f"{n} from {needed[n]:,} on, it begins at {after.starts[n]:,}" for n in gone)
        yield f"topic {after.topic} changed during the run: records of partition {places} were removed"
