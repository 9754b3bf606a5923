import pytest
from flink_chaos.flink.answers import CheckpointConfig
from flink_chaos.flink.running import Told, differences
from flink_chaos.model.base import Copy

from tests.unit.plans import a_plan

PLAN = a_plan()
OWN = PLAN.copies[Copy.CHAOS].storage
AS_PLANNED = Told(
    checkpoints=CheckpointConfig(5_000, 10_000, "exactly_once"),
    checkpoint_path=f"{OWN}/checkpoints/0123/chk-7",
    options={
        "high-availability": "KUBERNETES",
        "high-availability.storageDir": f"{OWN}/ha/",
        "state.savepoints.dir": f"{OWN}//savepoints",
        "restart-strategy": "fixed-delay",
        "restart-strategy.fixed-delay.delay": "1 s",
    },
    topics=frozenset({"ad-events"}),
)


def found(**other):
    """What differs when the JobManager tells these things otherwise."""
    told = Told(**{**vars(AS_PLANNED), **other})
    return [(one.what, one.found, one.danger) for one in differences(PLAN, Copy.CHAOS, told)]


def test_what_runs_as_planned_differs_in_nothing():
    """However Flink spells it; and what nobody tells differs from nothing."""
    assert found() == []
    assert differences(PLAN, Copy.CHAOS, Told()) == []
    assert found(checkpoints=CheckpointConfig(None, None, "")) == []


@pytest.mark.parametrize(
    ("config", "what", "shown"),
    [
        (CheckpointConfig(60_000, 10_000, "exactly_once"), "checkpoint interval", "60s"),
        (CheckpointConfig(5_000, 600_000, "exactly_once"), "checkpoint time-out", "600s"),
        (CheckpointConfig(5_000, 10_000, "at_least_once"), "checkpointing mode", "AT_LEAST_ONCE"),
    ],
)
def test_checkpoints_that_the_program_has_set_are_told(config, what, shown):
    """By SET in its SQL, or in a jar's code: both count more than the deployment."""
    assert found(checkpoints=config) == [(what, shown, False)]


@pytest.mark.parametrize(
    ("path", "shown", "danger"),
    [
        ("s3://prod/checkpoints/0123/chk-7", "s3://prod/checkpoints/0123/chk-7", True),
        (f"{OWN}/checkpoints-else/0123/chk-7", f"{OWN}/checkpoints-else/0123/chk-7", False),
        ("<checkpoint-not-externally-addressable>", "the JobManager's memory", False),
    ],
)
def test_checkpoints_in_another_place_are_told(path, shown, danger):
    """One that does not belong to the run is shared by both copies, which run the same program."""
    assert found(checkpoint_path=path) == [("place of checkpoints", shown, danger)]


@pytest.mark.parametrize("option", ["high-availability.storageDir", "state.savepoints.dir"])
def test_a_folder_that_the_image_has_set_is_a_danger(option):
    """Of high availability, too."""
    ((_, shown, danger),) = found(options={**AS_PLANNED.options, option: "s3://prod/x"})
    assert (shown, danger) == ("s3://prod/x", True)


def test_a_restart_strategy_that_is_another_one_is_told():
    """By whichever of its names."""
    options = {**AS_PLANNED.options, "restart-strategy": "none"}
    assert found(options=options) == [("restart-strategy.type", "none", False)]


@pytest.mark.parametrize(("topics", "danger"), [({"orders"}, True), ({"ad-events", "rates"}, False)])
def test_topics_of_others_are_told(topics, danger):
    """A job that does not read the run's topic, but another, is not under test; rates beside it may be."""
    ((what, _, told),) = found(topics=frozenset(topics))
    assert (what, told) == ("topics that it reads", danger)
