import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import CheckpointsSeen, FaultEnded, Observed, Steady
from flink_chaos.model.journal import Journal
from flink_chaos.model.observation import ClockSeen, FailureSeen, Observation, Sample
from flink_chaos.model.recovery import CheckpointSpan
from flink_chaos.verdict.recovery import _span, _stall, recovery

from tests.unit.observed import BACK, KILLED, at, checkpoint, facts, journal, ms, observation, pods, seen
from tests.unit.plans import a_plan


def found(*more, without=(), **changed):
    kept = [fact for fact in facts() if not isinstance(fact, without)]
    return recovery(a_plan(), Journal(kept), observation(*more, **changed))


def samples():
    """Every look at both copies."""
    return [one for one in seen() if isinstance(one, Sample)]


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


def test_what_is_read_again_is_counted_between_two_looks_at_the_source():
    """Not along the first of them, from the very first look on, and not at all before it."""
    steep = [one.model_copy(update={"loaded": 1}) if one.at_ms == ms(0) else one for one in samples()]
    begun = [one for one in samples() if one.at_ms >= ms(35)]
    twice = [one for one in begun if one.at_ms == ms(35)]
    late = [one for one in samples() if one.at_ms > ms(35)]
    rest = [one for one in seen() if not isinstance(one, Sample)]
    told = [
        recovery(a_plan(), journal(), Observation([*rest, *looks])).replayed
        for looks in (steep, [*twice, *begun], late)
    ]
    assert told == [4500, 4500, None]


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
    told = recovery(a_plan(), journal(), Observation(ended))
    assert told.seconds("restarting") == (ms(BACK - 3) - told.fault_ms) / 1000


def test_what_the_control_owed_before_the_steady_state_is_not_usual():
    """It catches up with what came while it started."""
    steady = Steady(at=at(20), ok=True, message="", lag={}, records_per_second=1)
    late = [
        one.model_copy(update={"committed_lag": 90_000}) if isinstance(one, Sample) and one.at_ms < ms(10) else one
        for one in seen()
    ]
    assert recovery(a_plan(), journal(steady), Observation(late)).lag.band == 5_010


def test_a_jobmanager_that_was_replaced_before_the_fault_is_no_restart():
    """Only the one that the fault met counts."""
    older = pods(5, "u1").model_copy(update={"pods": {"jm0": pods(0).pods["jm"]}})
    assert found(older, pods(10, "u1")).restarts == 1


@pytest.mark.parametrize(
    ("visible", "lag", "seconds"),
    [
        ([5, 5, 6, 6], 0, 20),
        ([5, 6, 6, 6], 1, 20),
        ([5, 6, 6, 6], 0, 10),
        ([5, 5, 5, 5], 0, 0.0),
        ([5, 5, 5, 5], 9, 30),
        ([None, 5, 7, None], 0, 10),
        ([None, None, None, None], 9, None),
    ],
)
def test_a_stall_lasts_from_one_new_record_to_the_next(visible, lag, seconds):
    """From the first look on, and until the last while something is left to write."""
    looks = zip(range(0, 40, 10), visible, strict=True)
    told = [
        Sample(at_ms=ms(at), copy=Copy.CHAOS, visible=number, committed_lag=lag if at == 30 else 9)
        for at, number in looks
    ]
    assert _stall(told) == seconds


def test_a_copy_that_never_ran_again_has_no_mark_of_it():
    """The outage lasts until it was given up."""
    told = recovery(a_plan(), journal(), Observation(seen(back=999)))
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


def test_a_fault_lasts_until_it_is_over_and_a_checkpoint_completed_since():
    """Whichever is later; who made the fault tells the first."""
    assert found().fault_ended_ms == ms(60)
    short = found(without=(FaultEnded,))
    assert short.fault_ended_ms is None
    assert [span.completed for span in short.checkpoints] == [8, 1, 15]


def test_the_debt_of_a_recovery_ends_when_it_caught_up():
    """A lag that is usual for the control is no debt any more."""
    late = [
        one.model_copy(update={"committed_lag": 5_010}) if one.at_ms == ms(101) and one.copy_ is Copy.CHAOS else one
        for one in samples()
    ]
    rest = [one for one in seen() if not isinstance(one, Sample)]
    assert recovery(a_plan(), journal(), Observation([*rest, *late])).lag.record_seconds == 5 * 5_000 + 5 * 10_000


def test_a_restore_that_nobody_saw_or_felt_is_told_as_far_as_it_is_known():
    """Without a look there is none; without a mark its age is that at the fault."""
    told = found(without=(CheckpointsSeen,))
    assert (told.restored_id, told.restored_age_seconds, told.replayed) == (None, None, None)
    quiet = [one for one in seen(back=KILLED) if not isinstance(one, FailureSeen)]
    assert recovery(a_plan(), journal(), Observation(quiet)).restored_age_seconds == pytest.approx(2.8)


def test_a_checkpoint_at_the_very_fault_is_one_in_it():
    """It is counted once."""
    spans = found(checkpoint(90, KILLED - 2, "FAILED")).checkpoints
    assert [span.failed for span in spans] == [0, 1, 0]


def test_a_fault_without_an_end_lasts_until_the_copy_was_given_up():
    """Nobody told when it was over, and no checkpoint did."""
    spans = found(checkpoint(90, 100, "FAILED"), without=(FaultEnded,), back=999).checkpoints
    assert [span.failed for span in spans] == [0, 1, 0]


def test_a_span_tells_the_middle_and_the_longest_of_its_checkpoints():
    """What failed has no size, but takes its time; of none nothing is told."""
    done = [(0, 100, 10), (4, 200, None), (9, 900, 30), (15, 300, 80)]
    made = [
        checkpoint(number, second, duration_ms=duration, size_bytes=size).checkpoint
        for number, (second, duration, size) in enumerate(done)
    ]
    failed = [checkpoint(9, 20, "FAILED", duration_ms=950, failure="expired").checkpoint]
    assert _span("now", [*made, *failed], planned_ms=6_000) == CheckpointSpan(
        phase="now",
        completed=4,
        failed=1,
        median_ms=250,
        longest_ms=950,
        median_bytes=30,
        interval_ms=5_000,
        drift_ms=-1_000,
        failures=["expired"],
    )
    assert _span("now", [], planned_ms=6_000) == CheckpointSpan(phase="now", completed=0, failed=0)


def test_the_longest_alignment_is_told_of_completed_checkpoints_that_tell_theirs():
    """One that took no time is a number, one that nobody told is none."""
    told = [None, 0, 40, 7]
    made = [checkpoint(number, 5 * number, alignment_ms=ms).checkpoint for number, ms in enumerate(told)]
    failed = checkpoint(9, 20, "FAILED", alignment_ms=90).checkpoint
    longest = [_span("now", some, planned_ms=1).longest_alignment_ms for some in ([*made, failed], made[:2], made[:1])]
    assert longest == [40, 0, None]


@pytest.mark.parametrize(("planned", "drift"), [(5, 0), (7, -2_000), (3, 2_000)])
def test_drift_is_how_far_the_median_interval_is_off_the_planned_one(planned, drift):
    """Of every phase; less when checkpoints come early."""
    spans = recovery(a_plan(checkpoint_interval_seconds=planned), journal(), observation()).checkpoints
    assert [span.drift_ms for span in spans] == [drift] * 3


def test_a_fault_makes_checkpoints_drift_only_while_it_lasts():
    """Failed ones have an interval too; one checkpoint alone has none, and does not drift."""
    late = [checkpoint(90 + n, second, "FAILED") for n, second in enumerate((46, 54))]
    assert [span.drift_ms for span in found(*late, back=60).checkpoints] == [0, 2_500, 0]
    assert [span.drift_ms for span in found(without=(FaultEnded,)).checkpoints] == [0, None, 0]


def test_samples_of_an_observer_that_never_ended_are_not_judged():
    """What it wrote after the verdict would change it."""
    assert found(without=(Observed,)) is None


def test_nobody_who_looked_is_no_recovery():
    """Facts alone tell no times but those of the fault."""
    told = recovery(a_plan(), journal(), Observation())
    assert (told.marks, told.lag, told.restarts) == ([], None, None)


def test_a_run_without_a_fault_tells_how_much_two_copies_differ():
    """From its steady state on, without marks: there is nothing to recover from."""
    kinds = ("fault_started", "fault_ended", "targets_chosen")
    calm = [fact for fact in facts() if fact.kind not in kinds]
    steady = Steady(at=at(20), ok=True, message="", lag={}, records_per_second=1)
    told = recovery(a_plan(), Journal([*calm, steady]), observation())
    assert (told.undisturbed, told.marks, told.fault_ms) == (True, [], ms(20))
    assert (told.restored_id, told.restored_age_seconds, told.replayed) == (None, None, None)
    assert told.lag.peak == 14_000
    assert recovery(a_plan(), Journal(calm), observation()) is None


def test_looks_without_answers_are_an_outage_and_no_numbers():
    """A JobManager that does not answer runs nothing, as far as anybody can see."""
    silent = [Sample(at_ms=ms(second), copy=copy) for second in range(130) for copy in Copy]
    told = recovery(a_plan(), journal(), Observation(silent))
    assert (told.unavailable_seconds, told.output_stall_seconds, told.lag) == (95, None, None)


def test_the_resolution_is_the_longest_time_between_two_looks():
    """After the fault: what was before it measures nothing."""
    thin = [one for one in seen() if not (isinstance(one, Sample) and ms(BACK) < one.at_ms < ms(BACK + 8))]
    assert recovery(a_plan(), journal(), Observation(thin)).resolution_seconds == 8


def test_clocks_are_off_by_what_cannot_be_the_way_of_the_answer():
    """The worst of both copies; nothing where nobody looked."""
    clocks = [
        ClockSeen(at_ms=ms(50), copy=copy, ahead_ms=ahead, within_ms=20)
        for copy, ahead in ((Copy.CHAOS, -520), (Copy.STABLE, 15))
    ]
    assert (found(*clocks).skew_seconds, found().skew_seconds) == (0.5, None)


@pytest.mark.parametrize("without", ["steady", "drained"])
def test_a_run_that_ended_before_a_fault_has_no_noise_to_tell(without):
    """It never kept up, or only the control was drained."""
    kinds = ("fault_started", "fault_ended", "targets_chosen", "drained")
    calm = [fact for fact in facts() if fact.kind not in kinds]
    drained = next(fact for fact in facts() if fact.kind == "drained")
    steady = Steady(at=at(20), ok=without != "steady", message="", lag={}, records_per_second=1)
    copy = Copy.STABLE if without == "drained" else Copy.CHAOS
    told = recovery(a_plan(), Journal([*calm, steady, drained.model_copy(update={"copy_": copy})]), observation())
    assert told is None


def test_clocks_that_agree_are_off_by_nothing():
    """As far as the way of the answer lets one know."""
    assert found(ClockSeen(at_ms=ms(50), copy=Copy.CHAOS, ahead_ms=15, within_ms=20)).skew_seconds == 0
