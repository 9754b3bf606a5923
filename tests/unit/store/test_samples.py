from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.model.base import Copy
from flink_chaos.model.observation import EventSeen, FailureSeen, Sample
from flink_chaos.store.records import StoreError
from flink_chaos.store.samples import append_part, is_observed, observation

from tests.unit.fake_clock import FakeClock
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


ODD = "\u2028 \u2029 \x85 \x0b \x0c \x1c \x1d \x1e \r \r\n \n \0 \x1b \ufeff"


def test_what_unicode_calls_the_end_of_a_line_is_none(attempt):
    """Events of Kubernetes and messages of Flink may hold any text."""
    told = {"uid": "u", "about": ODD, "warning": True, "reason": ODD, "count": 1, "first_ms": 1, "last_ms": 1}
    seen = [EventSeen(at_ms=1, copy=Copy.CHAOS, message=ODD, **told), sample(Copy.CHAOS, 2)]
    append_part(attempt, seen)
    assert observation(attempt).seen == seen


def test_half_a_character_makes_no_sample_unreadable(attempt):
    """It is spelt out."""
    append_part(attempt, [FailureSeen(at_ms=1, copy=Copy.CHAOS, failed_ms=1, name="x", message="a\ud800")])
    assert observation(attempt).failures(Copy.CHAOS)[0].message == r"a\ud800"


def test_a_share_that_is_no_number_makes_no_sample_unreadable(attempt):
    """Flink tells NaN where nothing was measured, and versions before stored it: nobody knows it."""
    append_part(attempt, [Sample(at_ms=1, copy=Copy.CHAOS, busy=float("nan"))])
    old = Sample(at_ms=2, copy=Copy.CHAOS, busy=0.5).model_dump_json(by_alias=True).replace("0.5", '"NaN"')
    (attempt.folder / "samples" / "20250101T000000.000000-1.1.jsonl").write_text(old + "\n")
    assert [one.busy for one in observation(attempt).samples(Copy.CHAOS)] == [None, None]


def test_the_newest_parts_are_those_that_were_written_last(attempt):
    """Also when the clock was set back meanwhile."""
    clock = FakeClock()
    with using(clock):
        for second in (1, 2, 3):
            append_part(attempt, [sample(Copy.CHAOS, second)])
            clock.at -= timedelta(hours=1)
    assert observation(attempt, newest=1).seen == [sample(Copy.CHAOS, 3)]


def test_a_stray_file_is_no_observer(attempt):
    """Nobody waits for one that never was."""
    (attempt.folder / "samples").mkdir()
    (attempt.folder / "samples" / ".DS_Store").write_text("")
    assert not is_observed(attempt)
