from flink_chaos.model.base import Copy
from flink_chaos.steps.file_sink import FileSink
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.topic_sink import TopicSink

from tests.unit.runs import a_run


def test_the_profile_says_what_a_sink_is(tmp_path):
    """A topic or files."""
    assert isinstance(sink_of(a_run(tmp_path / "a", pipeline="ad_events_files"), Copy.CHAOS), FileSink)
    assert isinstance(sink_of(a_run(tmp_path / "b"), Copy.CHAOS), TopicSink)
