import pytest
from flink_chaos.model.facts import OffsetsReset, TopicBegin, TopicEnd
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.topic_doubts import topic_doubts

from tests.unit.plans import AT, a_plan
from tests.unit.topics import a_state

PLAN = a_plan()
SOURCE = PLAN.pipeline.topics.source
SINKS = [copy.sink for copy in PLAN.copies.values()]


def doubts(*facts, plan=PLAN):
    return list(topic_doubts(plan, Journal(list(facts))))


def pair(topic, **after):
    return a_state(topic=topic), a_state(topic=topic, moment="after", **after)


@pytest.mark.parametrize("topic", [SOURCE, *SINKS])
def test_a_topic_that_stayed_what_it_was_is_no_doubt(topic):
    """Growing is what it is for."""
    assert doubts(*pair(topic)) == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"partitions": 5}, "the number of partitions was 4, then 5"),
        ({"cleanup_policy": "delete,x"}, "cleanup.policy was delete, then delete,x"),
        ({"retention_ms": 1000}, "retention.ms was 604800000, then 1000"),
        ({"retention_bytes": 1000}, "retention.bytes was -1, then 1000"),
        ({"timestamp_type": "LogAppendTime"}, "message.timestamp.type was CreateTime, then LogAppendTime"),
        ({"topic_id": "", "partitions": 0, "starts": {}}, "it was deleted"),
        ({"topic_id": "id-2", "partitions": 1}, "it was deleted and made anew"),
    ],
)
@pytest.mark.parametrize("topic", [SOURCE, *SINKS])
def test_a_topic_that_changed_is_a_doubt_with_that_word(topic, after, told):
    """Whatever of it changed, and whichever of the three it is."""
    assert doubts(*pair(topic, **after)) == [f"topic {topic} changed during the run: {told}"]


@pytest.mark.parametrize("field", ["topic_id", "cleanup_policy", "timestamp_type", "retention_ms", "retention_bytes"])
def test_what_brokers_do_not_tell_did_not_change(field):
    """Old ones know no ids, and describing configurations needs a right."""
    unknown = None if field.startswith("retention") else ""
    assert doubts(a_state(topic=SOURCE, **{field: unknown}), a_state(topic=SOURCE, moment="after")) == []
    assert doubts(a_state(topic=SOURCE), a_state(topic=SOURCE, moment="after", **{field: unknown})) == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
def test_a_compacted_topic_is_a_doubt_whenever_that_was_seen(moment, policy):
    """Duplicates vanish for both methods alike."""
    told = doubts(a_state(topic=SINKS[1], moment=moment, cleanup_policy=policy))
    assert told == [
        f"topic {SINKS[1]} is compacted: lost and duplicated records cannot be told from those that Kafka removed"
    ]


def test_records_that_retention_removed_are_a_doubt():
    """The log begins behind what the run wrote first."""
    begin = TopicBegin(at=AT, topic=SINKS[0], offsets={0: 10, 1: 20})
    kept = doubts(begin, *pair(SINKS[0], starts={0: 10, 1: 20}))
    gone = doubts(begin, *pair(SINKS[0], starts={0: 10, 1: 2_500}))
    assert (kept, gone) == (
        [],
        [
            f"topic {SINKS[0]} changed during the run: records of partition 1 from 20 on, it begins at 2,500 were removed"
        ],
    )


def test_of_the_source_older_records_are_needed_too_where_the_groups_were_put_before_them():
    """offsets=shift-by:-5 reads what was there before the run."""
    begin = TopicBegin(at=AT, topic=SOURCE, offsets={0: 10})
    reset = OffsetsReset(at=AT, group="g", topic=SOURCE, strategy="s", before={}, after={0: 5})
    assert doubts(begin, reset, *pair(SOURCE, starts={0: 5})) == []
    assert "partition 0 from 5 on, it begins at 8" in doubts(begin, reset, *pair(SOURCE, starts={0: 8}))[0]


@pytest.mark.parametrize(
    ("starts", "places"),
    [
        ({0: 10, 1: 20, 2: 30}, ""),
        ({0: 11, 1: 21, 2: 30}, "0 from 10 on, it begins at 11, 1 from 20 on, it begins at 21"),
        ({2: 31}, "2 from 30 on, it begins at 31"),
        ({}, ""),
    ],
)
def test_each_partition_is_needed_from_its_own_earliest_offset(starts, places):
    """Wherever groups are put later, and other topics begin; a partition that nobody told of is there."""
    facts = [
        TopicBegin(at=AT, topic=SOURCE, offsets={0: 10, 1: 20}),
        OffsetsReset(at=AT, group="g", topic=SOURCE, strategy="s", before={}, after={0: 12, 2: 30}),
        TopicBegin(at=AT, topic=SINKS[0], offsets={0: 0, 1: 0, 2: 0}),
    ]
    told = [f"topic {SOURCE} changed during the run: records of partition {places} were removed"]
    assert doubts(*facts, *pair(SOURCE, starts=starts)) == (told if places else [])


def test_a_topic_that_nobody_looked_at_again_is_a_doubt_where_it_was_closed():
    """Before that, or where another was, there is nothing to compare."""
    other, end = (TopicEnd(at=AT, topic=topic, offsets={}, last_stable={}) for topic in (SINKS[1], SINKS[0]))
    assert doubts(a_state(topic=SINKS[0])) == doubts(a_state(topic=SINKS[0]), other) == []
    assert doubts(a_state(topic=SINKS[0]), end) == [
        f"topic {SINKS[0]}: nobody looked whether it changed during the run"
    ]


def test_sinks_that_are_files_have_no_topic():
    """Only the source is one."""
    plan = a_plan(pipeline="ad_events_files")
    assert doubts(*pair(plan.copies["chaos"].sink, partitions=9), plan=plan) == []
