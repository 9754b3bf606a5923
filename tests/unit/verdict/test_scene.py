import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, FaultEnded, FaultStarted, Loaded, SavepointTaken, TargetsChosen
from flink_chaos.model.journal import Journal
from flink_chaos.model.observation import Observation, PodsState, Sample
from flink_chaos.verdict.scene import LATE_MS, STALE_MS, Scene, highest, runs

from tests.unit.observed import (
    ASKED,
    BACK,
    DRAINED,
    KILLED,
    LOAD_SECONDS,
    at,
    facts,
    journal,
    ms,
    observation,
    pods,
    seen,
)
from tests.unit.plans import a_target

ASKED_FOR = "worker, when the fault was asked for"


def scene(*later, told=None, without=()):
    """The usual one with these facts and samples."""
    kept = [fact for fact in facts() if not isinstance(fact, without)]
    return Scene(Journal([*kept, *later]), told or observation())


def changed(second, copy=Copy.CHAOS, last=None, **fields):
    """What was seen, with other fields in the looks at a copy from then on."""
    span = range(ms(second), ms(last or second) + 1)
    return [
        one.model_copy(update=fields) if isinstance(one, Sample) and one.copy_ is copy and one.at_ms in span else one
        for one in seen()
    ]


def test_a_killed_pod_was_hit_after_the_last_look_before_it_was_missed():
    """And never before it was asked for."""
    assert scene().fault == (ms(KILLED - 2), "kubernetes, the last look at a pod alive")
    assert scene(FaultStarted(at=at(KILLED - 1), engine="e", uid="e1")).fault_ms == ms(KILLED - 1)


def test_a_pod_that_is_terminating_is_no_more_alive():
    """Whatever its grace period."""
    dying = pods(KILLED - 3, "u1")
    told = {uid: pod.model_copy(update={"phase": "Terminating"}) for uid, pod in dying.pods.items()}
    assert scene(told=observation(dying.model_copy(update={"pods": told}))).fault_ms == ms(KILLED - 5)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("u1", [one for one in seen() if not isinstance(one, PodsState)]),
        ("never seen", list(seen())),
        ("u1", [one for one in seen() if not (isinstance(one, PodsState) and one.at_ms > ms(ASKED))]),
    ],
)
def test_without_a_pod_that_went_away_the_fault_began_when_it_was_asked_for(target, told):
    """Nobody saw it alive, or nobody saw it gone."""
    hit = TargetsChosen(at=at(ASKED), targets=[a_target(uid=target)])
    assert scene(hit, told=Observation(told), without=TargetsChosen).fault == (ms(ASKED), ASKED_FOR)


def test_a_pod_that_went_away_before_the_fault_was_not_hit_by_it():
    """It is gone for good: what is left is when the fault was asked for, or the next look."""
    early = [one for one in seen() if not isinstance(one, PodsState)]
    early += [pods(0, "u1"), pods(ASKED - 9, "u2")]
    assert scene(told=Observation(early)).fault == (ms(ASKED), ASKED_FOR)


def test_a_pod_that_is_missed_at_once_was_hit_when_the_fault_was_asked_for():
    """Not at the next look at the pods."""
    told = scene(told=observation(pods(ASKED, "u2"))).fault
    assert told == (ms(ASKED), "kubernetes, the last look at a pod alive")


@pytest.mark.parametrize(("first", "fault"), [(39, ASKED), (38, 38), (37, 38)])
def test_a_first_look_needs_one_before_it_to_tell_that_a_pod_was_alive(first, fault):
    """A sample is as old as it took to make it."""
    told = Observation(one for one in seen() if not isinstance(one, Sample) or one.at_ms >= ms(first))
    assert scene(told=told).fault_ms == ms(fault)


def test_every_pod_of_several_targets_counts():
    """The first that is missed tells when."""
    both = [a_target(uid=uid) for uid in ("u1", "u3")]
    told = [one for one in seen() if not isinstance(one, PodsState)]
    told += [pods(0, "u1", "u3"), pods(KILLED + 5, "u1"), pods(KILLED + 9)]
    hit = TargetsChosen(at=at(ASKED), targets=both)
    assert scene(hit, told=Observation(told)).fault_ms == ms(KILLED + 3)


def test_a_fault_ends_by_the_word_of_who_made_it():
    """Litmus, or the drill's savepoint; nobody said so of a run that was killed."""
    taken = SavepointTaken(at=at(44), path="p")
    assert scene(taken).fault_ended_ms == ms(60)
    assert scene(taken, without=FaultEnded).fault_ended_ms == ms(44)
    assert scene(without=FaultEnded).fault_ended_ms is None


def test_a_run_ends_when_the_chaos_copy_is_drained_or_with_its_last_sample():
    """Whenever the other one was."""
    stable = Drained(at=at(99), copy=Copy.STABLE, ok=True, message="", lag=0)
    assert scene(stable).end_ms == ms(DRAINED)
    shorter = Observation(one for one in seen() if one.at_ms <= ms(77))
    assert scene(stable, told=shorter, without=Drained).end_ms == ms(77)
    assert scene(told=Observation(), without=Drained).end_ms == ms(ASKED)


def test_a_load_ends_with_the_loader_or_with_the_run():
    """Lag of the control after it is not usual."""
    assert scene().load_ended_ms == ms(LOAD_SECONDS)
    assert scene(without=Loaded).load_ended_ms == ms(DRAINED)


def test_an_outage_ends_with_the_first_look_at_all_tasks_running():
    """Each by itself; the last may have no end. What was before the fault is none."""
    assert scene().outages == [(ms(KILLED), ms(BACK))]
    early = Observation(changed(10, last=12, tasks_running=0))
    assert scene(told=early).outages == [(ms(KILLED), ms(BACK))]
    again = Observation(changed(60, last=61, tasks_running=1))
    assert scene(told=again).outages == [(ms(KILLED), ms(BACK)), (ms(60), ms(62))]
    never = Observation(seen(back=999))
    assert scene(told=never).outages == [(ms(KILLED), None)]


@pytest.mark.parametrize("second", [LOAD_SECONDS, LOAD_SECONDS + 1])
def test_only_lag_of_the_control_under_load_is_usual(second):
    """A quarter more than its highest, and some records."""
    told = Observation(changed(second, Copy.STABLE, committed_lag=8_000))
    assert scene(told=told).band == (10_010 if second == LOAD_SECONDS else 5_010)
    assert highest([]) == 10
    assert highest([(0, 4), (1, 2)]) == 15


def test_the_resolution_is_that_of_the_looks_after_the_fault():
    """From the last before the fault until the copy was drained: who looked at nothing saw nothing all the time."""
    assert scene(told=Observation(one for one in seen() if not ms(10) < one.at_ms < ms(20))).resolution_seconds == 1.0
    assert scene(told=Observation(one for one in seen() if not ms(60) < one.at_ms < ms(63))).resolution_seconds == 3.0
    here = scene(told=Observation(one for one in seen() if not ms(30) < one.at_ms < ms(60)))
    assert (here.resolution_seconds, here.lag_resolution_seconds) == (30.0, 30.0)
    late = scene(told=Observation(one for one in seen() if one.at_ms < ms(60)))
    assert late.resolution_seconds == DRAINED - 59
    assert Scene(journal(), Observation()).resolution_seconds == DRAINED - ASKED
    blind = scene(told=Observation(changed(60, last=79, committed_lag=None)))
    assert (blind.resolution_seconds, blind.lag_resolution_seconds) == (1.0, 21.0)


@pytest.mark.parametrize(
    ("first", "last", "after", "outage"),
    [
        (110, 110, {}, False),
        (110, 111, {}, False),
        (110, 113, {}, True),
        (110, 110, {"restarts": 2}, True),
        (110, 110, {"job_id": "j2"}, True),
        (110, 110, {"tasks_running": 1}, True),
    ],
)
def test_an_answer_that_came_too_late_is_no_outage(first, last, after, outage):
    """The same job runs on both sides of a moment in which no JobManager comes back; a longer silence is one."""
    silent = {"job_id": None, "job_state": None, "tasks": None, "tasks_running": None, "restarts": None}
    told = [
        one.model_copy(update=silent if one.at_ms <= ms(last) else after)
        if isinstance(one, Sample) and one.copy_ is Copy.CHAOS and one.at_ms >= ms(first)
        else one
        for one in seen()
    ]
    assert (len(scene(told=Observation(told)).outages) > 1) is outage


@pytest.mark.parametrize(("beyond", "outage"), [(0, False), (1, True)])
def test_an_answer_is_late_by_as_much_as_the_limit_says(beyond, outage):
    """From the last look that saw the job until the next one that did."""
    silent = {"job_id": None, "job_state": None, "tasks": None, "tasks_running": None, "restarts": None}
    moments = {ms(110): silent, ms(112): {"at_ms": ms(109) + LATE_MS + beyond}}
    told = [
        one.model_copy(update=moments.get(one.at_ms, {}))
        if isinstance(one, Sample) and one.copy_ is Copy.CHAOS
        else one
        for one in seen()
        if not (isinstance(one, Sample) and one.copy_ is Copy.CHAOS and one.at_ms in (ms(111), ms(113)))
    ]
    assert (len(scene(told=Observation(told)).outages) > 1) is outage


def test_looks_are_chosen_from_the_fault_until_the_end_with_both():
    """Or between two other moments."""
    here = scene()
    assert [one.at_ms for one in here.during(here.chaos)][:: DRAINED - KILLED + 2] == [here.fault_ms, here.end_ms]
    assert [one.at_ms for one in here.during(here.stable, ms(50), ms(51))] == [ms(50), ms(51)]


@pytest.mark.parametrize(
    ("told", "running"),
    [
        ({"job_state": "RUNNING", "tasks": 2, "tasks_running": 2}, True),
        ({"job_state": "RUNNING", "tasks": 2, "tasks_running": 1}, False),
        ({"job_state": "RUNNING", "tasks": 0, "tasks_running": 0}, False),
        ({"job_state": "RUNNING"}, False),
        ({"job_state": "RESTARTING", "tasks": 2, "tasks_running": 2}, False),
        ({}, False),
    ],
)
def test_a_copy_runs_when_all_its_tasks_do(told, running):
    """A job without tasks has not begun, and a JobManager that does not answer runs nothing."""
    assert runs(Sample(at_ms=0, copy=Copy.CHAOS, **told)) is running


def test_flinks_own_lag_counts_unless_it_is_unknown_or_old():
    """Numbers of a job that has just come back are those from before, until the JobManager has asked its tasks."""
    here = scene()
    looks = [
        Sample(at_ms=ms(BACK) + later, copy=Copy.CHAOS, committed_lag=9, pending_lag=pending)
        for later, pending in ((-1, 1), (0, 2), (STALE_MS - 1, 3), (STALE_MS, 4), (STALE_MS + 1, None))
    ]
    unknown = Sample(at_ms=ms(99), copy=Copy.CHAOS)
    assert [lag for _, lag in here.processing([*looks, unknown])] == [1, 9, 9, 4, 9]
