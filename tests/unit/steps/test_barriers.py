from collections import deque
from types import SimpleNamespace

import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.flink.answers import Barriers
from flink_chaos.model.observation import Observation
from flink_chaos.steps.barriers import BarriersLook

from tests.unit.observed import checkpoint

TOLD = Barriers(alignment_ms=41, start_delay_ms=72)


class FakeJobManager:
    """Tells the same of every checkpoint."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def barriers(self, job_id, checkpoint_id):
        self.asked.append((job_id, checkpoint_id))
        if self.answer == "away":
            raise ClusterError("away", 0)
        return self.answer


def a_look(*completed, answer=TOLD, known=()):
    flink = SimpleNamespace(jobmanager=FakeJobManager(answer), completed=deque(completed))
    return BarriersLook(flink, Observation(known).known_barriers(completed[0].copy_))


def known(number, second):
    return checkpoint(number, second, alignment_ms=0, start_delay_ms=5)


def test_a_completed_checkpoint_is_told_again_with_its_barriers():
    """One in a look, in the order in which they were told, and nothing of a sample."""
    look = a_look(checkpoint(1, 0), checkpoint(2, 5))
    (fields, [first]), (_, [second]), (_, third) = look(), look(), look()
    assert (fields, third) == ({}, [])
    assert [(one.checkpoint.id, one.checkpoint.alignment_ms) for one in (first, second)] == [(1, 41), (2, 41)]
    assert first.checkpoint == checkpoint(1, 0, alignment_ms=41, start_delay_ms=72).checkpoint
    assert look.flink.jobmanager.asked == [("j1", 1), ("j1", 2)]


def test_what_an_earlier_part_knows_is_not_asked_again():
    """An aligned one that took no time is known; the same id of another time is another checkpoint."""
    look = a_look(checkpoint(1, 0), checkpoint(2, 5), checkpoint(3, 10), known=[known(1, 0), known(2, 4)])
    look(), look(), look()
    assert [number for _, number in look.flink.jobmanager.asked] == [2, 3]


def test_what_an_earlier_part_asked_in_vain_is_asked_again():
    """It told the checkpoint without its barriers."""
    look = a_look(checkpoint(1, 0), known=[checkpoint(1, 0)])
    assert look()[1][0].checkpoint.alignment_ms == 41


def test_barriers_that_nobody_tells_are_asked_for_once_in_a_part():
    """The checkpoint itself has been told before."""
    look = a_look(checkpoint(1, 0), answer=None)
    assert (look(), look()) == (({}, []), ({}, []))
    assert len(look.flink.jobmanager.asked) == 1


def test_an_api_server_that_is_away_is_asked_for_the_next_checkpoint():
    """Who takes samples catches the error."""
    look = a_look(checkpoint(1, 0), answer="away")
    with pytest.raises(ClusterError):
        look()
    assert look() == ({}, [])
