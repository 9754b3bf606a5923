import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained
from flink_chaos.model.running_facts import MODE_NAME, Difference, Running, checkpoint_seconds
from flink_chaos.verdict.running_doubts import running_doubts, running_notes

from tests.unit.plans import AT, a_plan, journal


def running(copy, *differences, interval_ms=5_000):
    return Running(at=AT, copy=copy, job_id="j1", interval_ms=interval_ms, differences=list(differences))


def a_difference(what="checkpoint interval", planned="5s", found="60s", danger=False):
    return Difference(what=what, planned=planned, found=found, danger=danger)


def test_what_runs_as_planned_is_neither_doubted_nor_told():
    """Nor is what nobody read back."""
    found = journal(*(running(copy) for copy in Copy))
    assert (list(running_doubts(a_plan(), found)), list(running_notes(a_plan(), found))) == ([], [])
    assert (list(running_doubts(a_plan(), journal())), list(running_notes(a_plan(), journal()))) == ([], [])


@pytest.mark.parametrize(
    ("planned", "found", "doubted"),
    [("EXACTLY_ONCE", "AT_LEAST_ONCE", True), ("AT_LEAST_ONCE", "EXACTLY_ONCE", False)],
)
def test_a_weaker_mode_than_planned_is_a_doubt(planned, found, doubted):
    """Its duplicates come of no failure; a stronger one is only told."""
    facts = journal(running(Copy.CHAOS, a_difference(MODE_NAME, planned, found)))
    doubts, notes = list(running_doubts(a_plan(), facts)), list(running_notes(a_plan(), facts))
    assert (len(doubts), len(notes)) == (int(doubted), int(not doubted))
    assert f"checkpointing mode is {found}, planned was {planned}" in [*doubts, *notes][0]


def test_a_danger_is_a_doubt_whatever_became_of_the_run():
    """Copies that share their state say nothing of each other."""
    facts = journal(running(Copy.STABLE, a_difference("place of checkpoints", "a", "b", danger=True)))
    assert list(running_doubts(a_plan(), facts)) == [
        "stable copy: place of checkpoints is b, planned was a: its program, its SQL or its image says so"
    ]


def test_what_differs_in_both_copies_is_told_once():
    """They run the same program."""
    facts = journal(*(running(copy, a_difference()) for copy in Copy))
    assert list(running_notes(a_plan(), facts)) == ["stable and chaos copy: checkpoint interval is 60s, planned was 5s"]


def test_a_copy_that_checkpoints_seldom_is_not_blamed_for_its_time():
    """The deadline was made for the interval that was planned; the other copy's time says nothing."""
    late, early = (Drained(at=AT, copy=Copy.CHAOS, ok=ok, message="", lag=7) for ok in (False, True))
    control, slow_control = (one.model_copy(update={"copy_": Copy.STABLE}) for one in (early, late))
    facts = [running(Copy.CHAOS, a_difference(), interval_ms=600_000)]
    (told,) = running_doubts(a_plan(), journal(*facts, late, control))
    assert told == (
        "chaos copy: checkpoints began every 600 s, not every 5 s as planned: too seldom for the time it had to catch up"
    )
    assert list(running_doubts(a_plan(), journal(*facts, slow_control))) == []
    assert list(running_doubts(a_plan(), journal(running(Copy.CHAOS), late))) == []


def test_the_interval_that_counts_is_the_one_that_runs():
    """In the slower copy; as planned where nobody told."""
    facts = journal(running(Copy.CHAOS, interval_ms=60_000), running(Copy.STABLE, interval_ms=None))
    assert (checkpoint_seconds(a_plan(), facts), checkpoint_seconds(a_plan(), journal())) == (60, 5)
