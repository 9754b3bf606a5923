import math

from flink_chaos.flink.jobmanager import JobManager
from flink_chaos.flink.positions import portions, positions_of, topic_name, topics_in

from tests.unit.flink.fake_jobmanager import JOB, FakeJobManager

NAME = "Source__ads[1].KafkaSourceReader.topic.{}.partition.{}.currentOffset"


def told(*values, topic="ad-events"):
    """Metrics of partition and least offset."""
    return [{"id": NAME.format(topic, partition), "min": least} for partition, least in values]


def test_a_position_is_the_offset_after_the_last_record_that_was_taken():
    """The metric tells the record itself; -1 is none, and NaN nothing."""
    assert positions_of("ad-events", told((0, 41.0), (1, -1.0), (2, math.nan), (3, 0), (4, None), (5, "x"))) == {
        0: 42,
        3: 1,
    }


def test_a_partition_that_two_tasks_tell_is_as_far_as_the_one_behind():
    """The other value may be of a task that had it before a restart."""
    moved = [*told((0, 41.0)), {"id": NAME.replace("[1]", "[2]").format("ad-events", 0), "min": 7}]
    assert positions_of("ad-events", moved) == {0: 8}


def test_topics_are_spelled_as_metrics_spell_them():
    """Flink puts an underscore where its own separator would be."""
    names = [NAME.format("my_topic_v1", 0), NAME.format("a.topic.b", 1), "Source.KafkaSourceReader.commitsFailed"]
    assert topic_name("my.topic:v1") == "my_topic_v1"
    assert topics_in(names) == {"my_topic_v1", "a.topic.b"}
    assert positions_of("my.topic:v1", told((2, 1), topic="my_topic_v1")) == {2: 2}
    assert positions_of("other", told((2, 1))) == {}


def test_names_are_asked_for_in_as_many_requests_as_flinks_server_takes():
    """It refuses a first line of more than 4,096 characters."""
    names = [NAME.format("t" * 100, partition) for partition in range(1_000)]
    parts = list(portions(names))
    assert [name for part in parts for name in part] == names
    assert max(len(",".join(part)) for part in parts) < 3_000
    assert list(portions([])) == []


def test_a_thousand_partitions_are_told(cluster, fake_api):
    """Over all requests, by the vertex that reads them."""
    fake_api.services["flink/chaos-rest:8081"] = FakeJobManager(positions={number: number for number in range(1_000)})
    found = JobManager(cluster, "flink", "chaos").positions(JOB, "ad-events")
    assert found == {number: number + 1 for number in range(1_000)}
