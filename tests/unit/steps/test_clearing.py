import os
from datetime import timedelta

import pytest
from flink_chaos import clock
from flink_chaos.cluster.leases import acquire
from flink_chaos.model.environment import CheckpointFolder
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.steps.clearing import clear_checkpoints


@pytest.fixture
def environment(tmp_path):
    """One whose storage has the folders of three runs, two of them ten days old."""
    for key, days in (("r0000000001", 10), ("r0000000002", 10), ("r0000000003", 1)):
        (tmp_path / key).mkdir()
        when = (clock.now() - timedelta(days=days)).timestamp()
        os.utime(tmp_path / key, (when, when))
    folder = CheckpointFolder(worker=tmp_path.as_uri(), keep_days=7)
    return Catalogue().environment("lab").model_copy(update={"checkpoints": folder})


def test_checkpoints_go_after_the_days_that_the_environment_says(cluster, environment):
    assert clear_checkpoints(cluster, environment) == ["r0000000001", "r0000000002"]


def test_a_run_that_holds_a_lock_keeps_them(cluster, environment):
    acquire(cluster, environment.namespace, "topics-x", "r0000000001")
    assert clear_checkpoints(cluster, environment) == ["r0000000002"]


def test_nothing_is_deleted_where_the_environment_does_not_say_so(cluster, environment):
    assert clear_checkpoints(cluster, environment.model_copy(update={"checkpoints": None})) == []


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_less_than_a_day_is_refused(days):
    """A run at work may be as old."""
    with pytest.raises(ValueError, match="keep_days"):
        CheckpointFolder(worker="file:///x", keep_days=days)


def test_a_user_in_the_address_is_refused():
    with pytest.raises(ValueError, match="holds a user or password"):
        CheckpointFolder(worker="webhdfs://me:secret@namenode:9870/x", keep_days=7)
