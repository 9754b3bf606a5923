from flink_chaos.model.base import Copy
from flink_chaos.model.facts import TopicBegin, TopicEnd
from flink_chaos.steps.file_sink import FileSink
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.topic_sink import TopicSink

from tests.unit.plans import AT
from tests.unit.runs import a_run


def test_the_profile_says_what_a_sink_is(tmp_path):
    """A topic or files."""
    assert isinstance(sink_of(a_run(tmp_path / "a", pipeline="ad_events_files"), Copy.CHAOS), FileSink)
    assert isinstance(sink_of(a_run(tmp_path / "b"), Copy.CHAOS), TopicSink)


def test_a_partition_that_was_added_in_mid_run_is_read_from_its_first_record_by_both_methods(tmp_path):
    """Nobody recorded where it begins; the run is INCONCLUSIVE for another reason."""
    run = a_run(tmp_path)
    sink = TopicSink(run, Copy.CHAOS)
    run.attempt.append(TopicBegin(at=AT, topic=sink.topic, offsets={0: 5}))
    run.attempt.append(TopicEnd(at=AT, topic=sink.topic, offsets={0: 9, 1: 3}, last_stable={}))
    assert "'scan.startup.specific-offsets' = 'partition:1,offset:0'" in sink.statement("t").replace(
        "partition:0,offset:5;", ""
    )
    assert "[(0, 5), (1, 0)]" in sink.reading("read_committed").asked
