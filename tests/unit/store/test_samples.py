import pytest
from flink_chaos.model.base import Copy
from flink_chaos.store.records import StoreError
from flink_chaos.store.samples import append_part, observation

from tests.unit.observed import checkpoint, ms, pods, sample
from tests.unit.runs import a_run


@pytest.fixture
def attempt(tmp_path):
    return a_run(tmp_path).attempt


def test_what_was_seen_comes_back_in_the_order_of_time(attempt):
    """Whatever part it was in."""
    later, earlier = [sample(Copy.CHAOS, 9), pods(9, "u2")], [sample(Copy.CHAOS, 3), checkpoint(1, 2)]
    append_part(attempt, later)
    append_part(attempt, earlier)
    assert observation(attempt).seen == [*earlier, *later]


def test_a_checkpoint_that_two_parts_tell_is_one(attempt):
    """Parts overlap, so that nothing is missed between them."""
    for _ in range(2):
        append_part(attempt, [checkpoint(1, 2), checkpoint(2, 7)])
    assert [one.id for one in observation(attempt).checkpoints(Copy.CHAOS)] == [1, 2]


@pytest.mark.parametrize("known_first", [True, False])
def test_what_is_known_of_a_checkpoints_barriers_is_not_lost_when_it_is_told_again(attempt, known_first):
    """The next part tells it before it knows."""
    told = [checkpoint(1, 2, alignment_ms=0), checkpoint(1, 2).model_copy(update={"at_ms": ms(9)})]
    if not known_first:
        told = [told[0].model_copy(update={"at_ms": ms(9)}), checkpoint(1, 2)]
    append_part(attempt, told)
    assert [one.alignment_ms for one in observation(attempt).checkpoints(Copy.CHAOS)] == [0]


def test_a_checkpoint_of_a_version_that_knew_no_barriers_can_be_read(attempt):
    """Runs are kept for long."""
    append_part(attempt, [checkpoint(1, 2)])
    part = next((attempt.folder / "samples").iterdir())
    assert "alignment" not in part.read_text()
    told = observation(attempt).checkpoints(Copy.CHAOS)[0]
    assert (told.alignment_ms, told.start_delay_ms) == (None, None)


def test_the_newest_parts_alone_can_be_read(attempt):
    """Whoever observes needs no more of them."""
    for second in (1, 2, 3):
        append_part(attempt, [sample(Copy.CHAOS, second)])
    assert observation(attempt, newest=2).seen == [sample(Copy.CHAOS, 2), sample(Copy.CHAOS, 3)]


def test_nothing_seen_is_no_part(attempt):
    """And nobody who observed is an empty observation."""
    append_part(attempt, [])
    assert observation(attempt).seen == []


def test_a_damaged_part_is_named(attempt):
    """It cannot be judged silently."""
    append_part(attempt, [sample(Copy.CHAOS, 1)])
    part = next((attempt.folder / "samples").iterdir())
    part.write_text('{"kind": "sample"}\n')
    with pytest.raises(StoreError, match=f"{part.name}: cannot be read by this version .*at_ms"):
        observation(attempt)
