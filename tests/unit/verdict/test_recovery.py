import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Observed, Steady
from flink_chaos.model.journal import Journal
from flink_chaos.model.observation import ClockSeen, Observation, Sample
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import BACK, KILLED, at, checkpoint, facts, journal, ms, observation, pods, seen


def found(*more, without=(), **changed):
    kept = [fact for fact in facts() if not isinstance(fact, without)]
    return recovery(Journal(kept), observation(*more, **changed))


def test_each_step_is_told_by_the_clock_that_knows_it_best():
    """From the last look at the pod alive: a recovery is never told shorter than it was."""
    told = [(mark.name, mark.seconds, mark.clock.partition(",")[0]) for mark in found().marks]
    assert told == [
        ("felt", 1.5, "flink"),
        ("detected", 1.5, "flink"),
        ("restarting", 2.0, "worker"),
        ("running", 12.0, "worker"),
        ("checkpointed", 13.2, "flink"),
        ("caught up", 17.0, "kafka"),
    ]
    assert found().fault_ms == ms(KILLED - 2)


def test_the_restored_checkpoint_has_an_age_and_what_came_since_is_read_again():
    """Checkpoint 7 began 35 s after the first sample and lasted 0.2 s."""
    told = found()
    assert (told.restored_id, told.restored_age_seconds, told.replayed) == (7, pytest.approx(4.3), 4500)


def test_unavailability_and_stall_are_those_of_the_chaos_copy_alone():
    """The control writes every 5 s."""
    told = found()
    assert (told.unavailable_seconds, told.restarts) == (10, 1)
    assert (told.output_stall_seconds, told.output_stall_control_seconds) == (15, 5)


def test_a_jobmanager_that_took_anothers_place_is_a_restart():
    """Its own count begins at 0, so that the old one's is never subtracted."""
    other = pods(KILLED + 3, "u2").model_copy(update={"pods": {"jm2": pods(0).pods["jm"]}})
    assert found(other).restarts == 2


def test_a_job_that_has_ended_is_not_being_restarted():
    """A drill stops it first: it is FINISHED for a while."""
    ended = [
        one.model_copy(update={"job_state": "FINISHED" if one.at_ms < ms(BACK - 3) else "INITIALIZING"})
        if isinstance(one, Sample) and one.tasks_running == 0
        else one
        for one in seen()
    ]
    told = recovery(journal(), Observation(ended))
    assert told.seconds("restarting") == (ms(BACK - 3) - told.fault_ms) / 1000


def test_what_the_control_owed_before_the_steady_state_is_not_usual():
    """It catches up with what came while it started."""
    steady = Steady(at=at(20), ok=True, message="", lag={}, records_per_second=1)
    late = [
        one.model_copy(update={"committed_lag": 90_000}) if isinstance(one, Sample) and one.at_ms < ms(10) else one
        for one in seen()
    ]
    assert recovery(journal(steady), Observation(late)).lag.band == 5_010


def test_a_copy_that_never_ran_again_has_no_mark_of_it():
    """The outage lasts until it was given up."""
    told = recovery(journal(), Observation(seen(back=999)))
    assert [mark.name for mark in told.marks] == ["felt", "detected", "restarting"]
    assert told.unavailable_seconds == 90
    assert told.output_stall_seconds == 90


def test_checkpoints_are_counted_by_phase_with_their_causes():
    """Failed ones are told, and their cause once."""
    failed = [checkpoint(90 + n, 42 + n, "FAILED", failure="Checkpoint expired") for n in range(2)]
    spans = {span.phase: span for span in found(*failed).checkpoints}
    assert {name: (span.completed, span.failed) for name, span in spans.items()} == {
        "before the fault": (8, 0),
        "in the fault": (2, 2),
        "after the fault": (14, 0),
    }
    assert spans["in the fault"].failures == ["Checkpoint expired"]


def test_samples_of_an_observer_that_never_ended_are_not_judged():
    """What it wrote after the verdict would change it."""
    assert found(without=(Observed,)) is None


def test_nobody_who_looked_is_no_recovery():
    """Facts alone tell no times but those of the fault."""
    told = recovery(journal(), Observation())
    assert (told.marks, told.lag, told.restarts) == ([], None, None)


def test_a_run_without_a_fault_tells_how_much_two_copies_differ():
    """From its steady state on, without marks: there is nothing to recover from."""
    kinds = ("fault_started", "fault_ended", "targets_chosen")
    calm = [fact for fact in facts() if fact.kind not in kinds]
    steady = Steady(at=at(20), ok=True, message="", lag={}, records_per_second=1)
    told = recovery(Journal([*calm, steady]), observation())
    assert (told.undisturbed, told.marks, told.fault_ms) == (True, [], ms(20))
    assert told.lag.peak == 14_000
    assert recovery(Journal(calm), observation()) is None


def test_looks_without_answers_are_an_outage_and_no_numbers():
    """A JobManager that does not answer runs nothing, as far as anybody can see."""
    silent = [Sample(at_ms=ms(second), copy=copy) for second in range(130) for copy in Copy]
    told = recovery(journal(), Observation(silent))
    assert (told.unavailable_seconds, told.output_stall_seconds, told.lag) == (95, None, None)


def test_the_resolution_is_the_longest_time_between_two_looks():
    """After the fault: what was before it measures nothing."""
    thin = [one for one in seen() if not (isinstance(one, Sample) and ms(BACK) < one.at_ms < ms(BACK + 8))]
    assert recovery(journal(), Observation(thin)).resolution_seconds == 8


def test_clocks_are_off_by_what_cannot_be_the_way_of_the_answer():
    """The worst of both copies; nothing where nobody looked."""
    clocks = [
        ClockSeen(at_ms=ms(50), copy=copy, ahead_ms=ahead, within_ms=20)
        for copy, ahead in ((Copy.CHAOS, -520), (Copy.STABLE, 15))
    ]
    assert (found(*clocks).skew_seconds, found().skew_seconds) == (0.5, None)
