"""A job that is started again although nothing was done to it."""

from typing import get_args

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import JobMoment
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.restarts import (
    broke_down,
    hurt_between,
    restart_between,
    since_the_fault,
    unplanned_restart,
    went_on,
)

from tests.unit.plans import RECORDS, a_plan, counts, job_seen, journal, table

CALM = a_plan(fault="no_fault", delivery_guarantee="AT_LEAST_ONCE")
TWICE = (counts(Copy.CHAOS, records=RECORDS + 9, duplicated=9, surplus=9), table(chaos=RECORDS + 9))
CAUSE = "TimeoutException: no broker"


def restarted(copy=Copy.CHAOS, since="steady"):
    """It ran before, and was restored since."""
    return job_seen(since, copy=copy), job_seen("drained", copy=copy, restored_id=9, restarts=1, failure=CAUSE)


def test_duplicates_of_a_restart_by_itself_are_no_failure_under_at_least_once():
    """Somebody else made it; the verdict tells it with its cause."""
    verdict = judge(CALM, journal(*restarted(), *TWICE, plan=CALM))
    assert verdict.outcome == "PASS"
    (note,) = verdict.notes
    assert note.startswith("the chaos copy's job was started again although nothing was done to it: it was restored")
    assert note.endswith(f"because: {CAUSE}")


def test_duplicates_without_any_restart_are_a_failure():
    """Nothing excuses them."""
    calm = job_seen("steady"), job_seen("drained")
    assert judge(CALM, journal(*calm, *TWICE, plan=CALM)).outcome == "FAIL"


def test_a_restart_excuses_nothing_under_exactly_once():
    """The promise holds whatever happens."""
    plan = a_plan(fault="no_fault")
    assert judge(plan, journal(*restarted(), *TWICE, plan=plan)).outcome == "FAIL"


@pytest.mark.parametrize(
    ("fault", "copy", "since", "told"),
    [
        ("no_fault", Copy.CHAOS, "steady", True),
        ("pod_delete", Copy.CHAOS, "steady", False),
        ("pod_delete", Copy.STABLE, "steady", True),
        ("savepoint", Copy.CHAOS, "steady", False),
        ("savepoint", Copy.CHAOS, "after the fault", True),
        ("savepoint", Copy.STABLE, "steady", True),
    ],
)
def test_only_a_restart_that_the_run_did_not_plan_is_told(fault, copy, since, told):
    """A drill's own return is planned, one after it is not."""
    found = Journal([*restarted(copy, since)])
    assert bool(unplanned_restart(a_plan(fault=fault), found, copy)) is told


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ((job_seen("steady"), job_seen("before the fault", restarts=1)), "it was restarted, 1 times"),
        ((job_seen("before the fault"), job_seen("in the fault"), job_seen("in the fault", restored_id=3)), "checkpoint 3"),
        ((job_seen("after the fault", restarts=2), job_seen("drained", restarts=2)), "before it was seen to be back, 2"),
        ((job_seen("before the fault"), job_seen("after the fault", job_id="j2", restored_id=3)), ""),
        ((job_seen("before the fault"), job_seen("resuming", job_id="j2", restored_id=3)), ""),
    ],
)
def test_a_drill_excuses_no_other_restart(looks, told):
    """Neither before the stop, nor until it was seen to be back: only the return itself is planned."""
    found = unplanned_restart(a_plan(fault="savepoint"), Journal(list(looks)), Copy.CHAOS)
    assert (told in found) if told else found == ""
    assert unplanned_restart(a_plan(fault="pod_delete"), Journal(list(looks)), Copy.CHAOS) == ""


def test_nobody_can_tell_a_restart_from_one_look():
    """Nor from an answer that never came, and who was not seen twice was not seen to go on."""
    here, away = job_seen("steady"), job_seen("drained", job_id="")
    assert restart_between(here, away) == restart_between(away, here) == ""
    gone, back = job_seen("steady", job_id=""), job_seen("drained")
    looks = [[], [here], [back], [here, away], [gone, back], [gone, away], [here, back]]
    assert [went_on(Journal(some), Copy.CHAOS) for some in looks] == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (1, 1, ""),
        (2, 1, ""),
        (None, None, ""),
        (1, None, ""),
        (None, 1, "it was restarted, 1 times in all"),
        (1, 2, "it was restarted, 2 times in all"),
    ],
)
def test_only_a_count_that_grew_is_a_restart(before, after, told):
    """Where nobody told it, it is 0."""
    looks = (job_seen("before the fault", restarts=before), job_seen("in the fault", restarts=after))
    assert restart_between(*looks) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (["a"], ["b"], "its JobManager's pod was replaced"),
        (["a"], ["a"], ""),
        (["a"], ["a", "b"], ""),
        (["a"], [], ""),
        ([], ["b"], ""),
    ],
)
def test_a_jobmanager_in_another_pod_has_started_its_job_again(before, after, told):
    """Without high availability it begins anew, by the same id and with nothing restored. Pods nobody saw tell nothing."""
    looks = (job_seen("steady", jobmanagers=before), job_seen("drained", jobmanagers=after))
    assert restart_between(*looks) == told
    found = Journal([look.model_copy(update={"copy_": Copy.STABLE}) for look in looks])
    assert went_on(found, Copy.STABLE) is (told == "")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"jobmanagers": ["a"]}, {"jobmanagers": ["a"]}, ""),
        ({"jobmanagers": ["a"]}, {}, "its JobManager has no pod"),
        ({}, {"jobmanagers": ["a"]}, ""),
        ({}, {"restarts": 1}, "it was restarted, 1 times in all"),
        ({}, {"tasks_running": 3}, "3 of 4 tasks ran, job RUNNING"),
        ({}, {"job_id": "", "state": ""}, ""),
    ],
)
def test_a_job_that_does_not_run_as_it_did_was_hurt(before, after, told):
    """Also by a JobManager without a pod; one that only does not answer says nothing."""
    assert hurt_between(job_seen("before the fault", **before), job_seen("in the fault", **after)) == told


def test_looks_since_the_fault_are_those_at_the_chaos_copy_until_it_was_drained():
    """In their order."""
    looks = [job_seen(moment, copy=copy) for moment in get_args(JobMoment) for copy in Copy]
    assert since_the_fault(Journal(looks)) == [
        job_seen(moment) for moment in ("in the fault", "after the fault", "drained")
    ]


def test_a_copy_is_compared_with_its_own_first_look():
    """Whichever copy was looked at last."""
    looks = [job_seen(moment) for moment in ("steady", "before the fault", "after the fault", "drained")]
    other = [job_seen(moment, copy=Copy.STABLE, job_id="j9") for moment in ("steady", "before the fault", "drained")]
    found = Journal([*looks, *other])
    assert [unplanned_restart(CALM, found, copy) for copy in Copy] == ["", ""]
    assert not broke_down(found)


@pytest.mark.parametrize("early", [{"restored_id": 2}, {"restarts": 1}])
def test_a_restart_before_the_steady_state_counts_too(early):
    """A job that a run starts begins with nothing; whatever it has restored by then, it restored by itself."""
    looks = [job_seen(moment, copy=Copy.STABLE, **early) for moment in ("steady", "drained")]
    found = journal(*looks)
    assert "before its steady state" in unplanned_restart(a_plan(), found, Copy.STABLE)
    assert (went_on(found, Copy.STABLE), went_on(journal(), Copy.STABLE)) == (False, True)


def test_a_drills_own_return_is_no_restart_before_anything():
    """It has restored its savepoint by then."""
    looks = [job_seen(moment, restored_id=4) for moment in ("after the fault", "drained")]
    assert unplanned_restart(a_plan(fault="savepoint"), Journal(looks), Copy.CHAOS) == ""
