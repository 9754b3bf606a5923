import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.observation import SEEN, ClockSeen, FailureSeen, Observation, is_jobmanager

from tests.unit.observed import checkpoint, event, ms, nodes, pods, sample


def test_an_event_that_several_parts_tell_is_one_as_it_was_seen_last():
    """Its count grew meanwhile; events come in the order in which they first happened."""
    again = event(5).model_copy(update={"at_ms": ms(20), "count": 9})
    told = Observation([event(5), again, event(3, "e0")]).events
    assert [(one.uid, one.count) for one in told] == [("e0", 1), ("e1", 9)]


def test_states_of_nodes_come_in_the_order_of_time():
    """Whatever part they were in."""
    found = Observation([nodes(9, n1=["cordoned"]), sample("chaos", 1), nodes(3, n1=[])]).nodes
    assert [one.at_ms for one in found] == [ms(3), ms(9)]


def test_a_nodes_trouble_is_told_in_words():
    """In the order of how bad it is."""
    told = nodes(1, n1=["not ready", "cordoned", "DiskPressure"], n2=[])
    assert {name: state.trouble for name, state in told.nodes.items()} == {
        "n1": ["not ready", "cordoned", "DiskPressure"],
        "n2": [],
    }


def test_what_older_versions_have_stored_is_still_read():
    """As they wrote it."""
    old = '{"at_ms":1,"copy":"chaos","kind":"pods","pods":{"u":{"name":"p","node":"n","phase":"Running","ready":true}}}'
    assert SEEN.validate_json(old).model_dump_json(by_alias=True, exclude_unset=True) == old


def test_everything_seen_comes_back_as_it_was_written():
    """Whether it is of one copy or of both."""
    for one in (sample("chaos", 1), checkpoint(1, 2), pods(3, "u"), nodes(4, n1=["cordoned"]), event(5)):
        assert SEEN.validate_json(one.model_dump_json(by_alias=True, exclude_none=True)) == one


def test_a_jobmanager_is_told_by_the_name_of_its_pod():
    """Flink names TaskManagers, a Deployment's pods end with hashes."""
    assert is_jobmanager("chaos-r97281ec23a-665444d8c5-pjc7q")
    assert not is_jobmanager("chaos-r97281ec23a-taskmanager-1-1")


@pytest.mark.parametrize(("ahead_ms", "moved_ms"), [(600_000, 600_000), (-600_000, -600_000), (15, 0)])
def test_flinks_times_are_told_by_the_workers_clock(ahead_ms, moved_ms):
    """As far as it was measured how far they differ; what is less than the measure is exact changes nothing."""
    clock = ClockSeen(at_ms=ms(11), copy=Copy.CHAOS, ahead_ms=ahead_ms, within_ms=20)
    other = ClockSeen(at_ms=ms(11), copy=Copy.STABLE, ahead_ms=5_000, within_ms=20)
    failure = FailureSeen(at_ms=ms(11), copy=Copy.CHAOS, failed_ms=ms(10) + ahead_ms, name="E")
    told = checkpoint(1, 10)
    theirs = told.model_copy(
        update={"checkpoint": told.checkpoint.model_copy(update={"trigger_ms": ms(10) + ahead_ms})}
    )
    found = Observation([clock, other, theirs, failure])
    expected = ms(10) + ahead_ms - moved_ms
    assert [one.trigger_ms for one in found.checkpoints(Copy.CHAOS)] == [expected]
    assert [one.failed_ms for one in found.failures(Copy.CHAOS)] == [expected]


def test_clocks_are_measured_next_to_what_they_time():
    """A JobManager that came back elsewhere has another one."""
    clocks = [
        ClockSeen(at_ms=ms(at), copy=Copy.CHAOS, ahead_ms=ahead, within_ms=1) for at, ahead in ((10, 500), (60, -900))
    ]
    found = Observation(clocks)
    assert (found.ahead_ms(Copy.CHAOS, ms(20)), found.ahead_ms(Copy.CHAOS, ms(50))) == (500, -900)
    assert found.ahead_ms(Copy.STABLE, ms(20)) == 0
