from datetime import timedelta

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Checkpoint, CheckpointsSeen, Drained, FaultEnded, FaultStarted
from flink_chaos.model.journal import Journal
from flink_chaos.model.recovery import Mark
from flink_chaos.proof.phases import Phases, Replay, phases_of

from tests.unit.plans import AT

FAULT = int(AT.timestamp() * 1000)
STARTED = FaultStarted(at=AT, engine="e", uid="u")
ENDED = FaultEnded(at=AT + timedelta(seconds=10), engine_status="", phase="", verdict="", message="")
DRAINED = Drained(at=AT + timedelta(seconds=60), copy=Copy.CHAOS, ok=True, message="", lag=0)


def checkpoint(number, second, status="COMPLETED"):
    """Triggered so many seconds after the fault, 2 s long."""
    return Checkpoint(id=number, status=status, is_savepoint=False, trigger_ms=FAULT + second * 1000, duration_ms=2000)


def looked(moment, restored, *history):
    return CheckpointsSeen(
        at=AT,
        copy=Copy.CHAOS,
        moment=moment,
        job_id="j",
        latest_id=0,
        restored_id=restored,
        restored_path=None,
        history=list(history),
    )


def names(phases, *seconds):
    return [phases.at(FAULT + second * 1000) for second in seconds]


def test_without_a_fault_everything_is_before_it():
    """A run that breaks nothing."""
    assert names(phases_of(Journal([])), -5, 5) == ["before the fault"] * 2


def test_a_copy_that_was_not_restored_has_the_phases_of_the_fault():
    """Nothing had to recover."""
    phases = phases_of(Journal([STARTED, ENDED, DRAINED]))
    assert names(phases, -1, 0, 10) == ["before the fault", "in the fault", "after the fault"]


def test_a_restored_copy_recovers_until_its_first_new_checkpoint_and_then_catches_up():
    """Failed ones, and those before the restore, do not count."""
    history = [checkpoint(4, -20), checkpoint(5, 12, "FAILED"), checkpoint(6, 22), checkpoint(7, 32)]
    seen = [looked("before the fault", None, checkpoint(4, -20)), looked("drained", 4, *history)]
    phases = phases_of(Journal([*seen, STARTED, ENDED, DRAINED]))
    assert names(phases, -1, 0, 23, 24, 59, 60) == [
        "before the fault",
        "in recovery",
        "in recovery",
        "catching up",
        "catching up",
        "caught up",
    ]
    assert phases.replay == Replay(checkpoint=4, begin_ms=FAULT - 20_000, end_ms=FAULT)


def test_what_was_observed_goes_before_what_the_facts_tell():
    """The marks of the recovery."""
    times = {"running": 8, "checkpointed": 15, "caught up": 40}
    marks = [
        Mark(name=name, at_ms=FAULT + second * 1000, seconds=second, clock="worker", seen="")
        for name, second in times.items()
    ]
    seen = [looked("before the fault", None, checkpoint(4, -20)), looked("drained", 4, checkpoint(6, 22))]
    phases = phases_of(Journal([*seen, STARTED, ENDED, DRAINED]), marks)
    assert names(phases, 14, 15, 39, 40) == ["in recovery", "catching up", "catching up", "caught up"]
    assert phases.replay.end_ms == FAULT + 8000


def test_a_restore_from_before_the_fault_is_none_of_it():
    """The copy was begun from it."""
    seen = [looked("before the fault", 4, checkpoint(4, -20)), looked("drained", 4, checkpoint(6, 22))]
    phases = phases_of(Journal([*seen, STARTED, ENDED]))
    assert (names(phases, 30), phases.replay) == (["after the fault"], None)


@pytest.mark.parametrize(("first", "last", "made"), [(10, 30, True), (9, 30, False), (20, 30, False), (10, 19, False)])
def test_a_replay_brings_again_what_lies_behind_its_checkpoint(first, last, made):
    """First before the job ran again, then after it."""
    assert Replay(checkpoint=1, begin_ms=10, end_ms=20).made(first, last) is made


def test_what_is_older_than_all_spans_is_in_the_first():
    """A clock may be wrong."""
    assert Phases([(5, "a"), (9, "b")]).at(1) == "a"
