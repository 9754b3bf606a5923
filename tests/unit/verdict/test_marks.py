import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.observation import CheckpointEnded, FailureSeen, Observation, Sample
from flink_chaos.verdict.marks import marks
from flink_chaos.verdict.scene import Scene

from tests.unit.observed import BACK, DRAINED, KILLED, checkpoint, journal, ms, observation, seen

FAULT = KILLED - 2
WORKER, FLINK, KAFKA = "worker, once a second", "flink", "kafka, once a second"


def told(found):
    """Every mark that was seen: seconds since the fault, whose clock, and by what."""
    return {mark.name: (mark.seconds, mark.clock, mark.seen) for mark in marks(Scene(journal(), found))}


def without(*kinds, back=BACK):
    """What was seen, without these."""
    return [one for one in seen(back) if not isinstance(one, kinds)]


def changed(found, first, last, **fields):
    """The same with other fields in the looks at the chaos copy between two seconds."""
    span = range(ms(first), ms(last) + 1)
    own = (isinstance(one, Sample) and one.copy_ is Copy.CHAOS and one.at_ms in span for one in found)
    return [one.model_copy(update=fields) if is_own else one for one, is_own in zip(found, own, strict=True)]


def failure(second):
    """Flink caught something."""
    return FailureSeen(at_ms=ms(second + 1), copy=Copy.CHAOS, failed_ms=ms(second), name="java.io.IOException")


def test_a_recovery_is_told_with_what_each_step_was_seen_by():
    """These words stand in the result."""
    assert told(observation()) == {
        "felt": (1.5, FLINK, "java.lang.Exception"),
        "detected": (1.5, FLINK, "java.lang.Exception"),
        "restarting": (2.0, WORKER, "job RUNNING"),
        "running": (12.0, WORKER, "all tasks run"),
        "checkpointed": (13.2, FLINK, "checkpoint 8"),
        "caught up": (17.0, KAFKA, "lag 0 of 5,010"),
    }


def test_a_fault_is_felt_by_whatever_comes_first():
    """Here tasks stand before Flink knows why."""
    found = told(Observation([*without(FailureSeen), failure(45)]))
    assert found["felt"] == (2.0, WORKER, "not all tasks run")
    assert found["detected"] == (7.0, FLINK, "java.io.IOException")


@pytest.mark.parametrize(
    ("second", "detected"), [(43, (5.0, WORKER, "job RESTARTING")), (46, (7.0, FLINK, "java.io.IOException"))]
)
def test_a_failure_is_detected_by_flinks_own_word_that_comes_first(second, detected):
    """An exception, or a job that is being brought back."""
    found = changed([*without(FailureSeen), failure(45)], second, 49, job_state="RESTARTING")
    assert told(Observation(found))["detected"] == detected


@pytest.mark.parametrize(
    "state",
    ["RESTARTING", "FAILING", "CREATED", "INITIALIZING", "RECONCILING", "SUSPENDED", "RUNNING", "FINISHED", None],
)
def test_flink_tells_by_its_jobs_state_that_it_brings_it_back(state):
    """A job that runs, has ended or does not answer tells nothing."""
    found = told(Observation(changed(without(FailureSeen), 43, 49, job_state=state)))
    known = state not in ("RUNNING", "FINISHED", None)
    assert found.get("detected") == ((5.0, WORKER, f"job {state}") if known else None)


def test_a_copy_that_nothing_hurt_has_no_marks():
    """Neither a pause nor a failure since the fault: what was before it is none of its own."""
    early = [checkpoint(90, FAULT - 1, "FAILED"), failure(FAULT - 1)]
    assert told(Observation([*without(FailureSeen, back=KILLED), *early])) == {}


def test_checkpoints_alone_can_feel_a_fault():
    """At the end of the first that failed; the first that began after it and completed ends it."""
    failed = [checkpoint(90 + n, second, "FAILED") for n, second in enumerate((42, 44))]
    assert told(Observation([*without(FailureSeen, back=KILLED), *failed])) == {
        "felt": (4.2, FLINK, "a checkpoint failed"),
        "checkpointed": (8.2, FLINK, "checkpoint 9"),
        "caught up": (0.0, KAFKA, "lag 3,000 of 5,010"),
    }


@pytest.mark.parametrize("second", [FAULT, DRAINED])
def test_what_happens_at_the_very_fault_or_end_counts(second):
    """Times are in whole seconds often enough."""
    found = Observation([*without(FailureSeen, back=KILLED), failure(second)])
    assert told(found)["felt"] == (second - FAULT, FLINK, "java.io.IOException")


def test_of_several_outages_the_last_says_when_the_copy_came_back():
    """The first look at it with an answer says when it began to."""
    found = changed(list(seen()), 60, 60, job_state=None, tasks=None, tasks_running=None)
    found = changed(found, 61, 62, job_state="CREATED", tasks_running=0)
    times = {name: seconds for name, (seconds, _, _) in told(Observation(found)).items()}
    assert times == {
        "felt": 1.5,
        "detected": 1.5,
        "restarting": 61 - FAULT,
        "running": 63 - FAULT,
        "checkpointed": 28.2,
        "caught up": 63 - FAULT,
    }


def test_a_checkpoint_counts_if_it_began_when_all_tasks_ran_again():
    """Not one from before that was completed later; and the first that ends, not the first that began."""
    inside = [checkpoint(90, BACK - 1, duration_ms=1_500)]
    assert told(observation(*inside))["checkpointed"] == (13.2, FLINK, "checkpoint 8")
    at_once = checkpoint(91, BACK)
    assert told(observation(at_once))["checkpointed"] == (12.2, FLINK, "checkpoint 91")
    slow = checkpoint(92, BACK + 0.5, duration_ms=30_000)
    found = [*without(CheckpointEnded), slow, checkpoint(93, BACK + 9)]
    assert told(Observation(found))["checkpointed"] == (21.2, FLINK, "checkpoint 93")


def test_a_copy_that_made_no_checkpoint_since_has_none():
    """It runs, and that is all."""
    found = told(Observation(without(CheckpointEnded)))
    assert ("running" in found, "checkpointed" in found) == (True, False)


@pytest.mark.parametrize("second", [BACK + 5, BACK + 15])
def test_a_lag_at_the_very_edge_of_the_band_is_caught_up(second):
    """The control's own lag may be as high."""
    found = told(Observation(changed(list(seen()), second, second, committed_lag=5_010)))
    assert found["caught up"] == (17.0, KAFKA, "lag 5,010 of 5,010" if second == BACK + 5 else "lag 0 of 5,010")


def test_a_copy_whose_lag_stayed_usual_caught_up_when_it_ran_again():
    """It owed nothing more than the control."""
    assert told(Observation(seen(back=KILLED + 1)))["caught up"] == (3.0, KAFKA, "lag 1,000 of 5,010")
