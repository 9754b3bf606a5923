import pytest
from flink_chaos.model.base import Copy
from flink_chaos.store.records import StoreError
from flink_chaos.store.samples import append_part, observation

from tests.unit.observed import checkpoint, pods, sample
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
