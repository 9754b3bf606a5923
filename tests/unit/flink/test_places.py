import pytest
from flink_chaos.flink.places import foreign_place

KAFKA = {"connector": "kafka", "topic": "own", "properties.bootstrap.servers": "k:1"}


@pytest.mark.parametrize(
    "options",
    [
        KAFKA,
        KAFKA | {"connector": "upsert-kafka"},
        {"connector": "kafka", "topic": "own"},
        {"connector": "filesystem", "path": "own"},
        {"connector": "print"},
        {"connector": "blackhole"},
    ],
)
def test_the_runs_own_place_is_known(options):
    """By the one option that says where its connector writes."""
    assert foreign_place(options, "own", "k:1") == ""


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({}, "a place that the script does not name"),
        ({"topic": "own"}, "a place that the script does not name"),
        ({"connector": "kafka"}, "kafka"),
        ({"connector": "jdbc", "topic": "own", "path": "own"}, "jdbc"),
        ({"connector": "elasticsearch-7"}, "elasticsearch-7"),
        ({"connector": "filesystem", "topic": "own"}, "filesystem"),
        ({"connector": "filesystem", "topic": "own", "path": "s3://p"}, "path s3://p"),
        (KAFKA | {"topic": "prod"}, "topic prod"),
        (KAFKA | {"topic": "own;prod"}, "topic own;prod"),
        (KAFKA | {"topic-pattern": "own|prod"}, "kafka"),
        (KAFKA | {"path": "own", "topic": "prod"}, "topic prod"),
        (KAFKA | {"properties.bootstrap.servers": "prod:1"}, "topic own of prod:1"),
    ],
)
def test_any_other_place_is_told(options, place):
    """A topic of the run's name on other brokers is not the run's either."""
    assert foreign_place(options, "own", "k:1") == place
