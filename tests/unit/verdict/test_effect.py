"""A fault that hit nothing proves nothing."""

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import FaultHit, HitByOthers, JobSeen
from flink_chaos.model.facts import Evidence, TargetsChosen
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.effect import effect_doubts, noticed
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, a_target, good_facts, hit, job_seen, journal, looked

PLAN = a_plan()
QUIET = [fact for fact in good_facts() if not (isinstance(fact, JobSeen) and fact.moment != "before the fault")]


@pytest.mark.parametrize(
    ("fact", "outcome", "told"),
    [
        (hit(written=RECORDS - 1), "PASS", ""),
        (hit(written=RECORDS, chaos=51_000, stable=40_000), "PASS", ""),
        (hit(written=RECORDS, chaos=10, stable=0), "INCONCLUSIVE", "nothing was in flight when the fault took effect"),
        (hit(written=RECORDS, chaos=50_010, stable=40_000), "INCONCLUSIVE", "all 200,000 records had been loaded"),
    ],
)
def test_something_was_in_flight_when_the_fault_took_effect(fact, outcome, told):
    """The load still came, or the copy was further behind than the control."""
    verdict = judge(PLAN, journal(fact))
    assert (verdict.outcome, told in verdict.reasons[0]) == (outcome, True)


def test_a_lag_that_nobody_told_is_none():
    """And all that was known is in the reason."""
    (told,) = effect_doubts(PLAN, journal(hit(written=RECORDS).model_copy(update={"lag": {}})))
    assert told == (
        "nothing was in flight when the fault took effect (pod is gone): all 200,000 records had been loaded, "
        "lag 0, stable 0; load more records, or strike earlier"
    )


def test_a_moment_that_nobody_saw_is_a_doubt():
    """Litmus may have struck after everything was read."""
    facts = [fact for fact in good_facts() if not isinstance(fact, FaultHit)]
    (told,) = effect_doubts(PLAN, Journal(facts))
    assert told.startswith("nobody saw when the fault took effect")


@pytest.mark.parametrize(("tasks", "outcome"), [(0, "INCONCLUSIVE"), (1, "PASS"), (None, "PASS")])
def test_a_pod_without_a_task_is_no_target(tasks, outcome):
    """Nobody misses it; where nobody tells, the job that noticed does."""
    target = a_target().model_copy(update={"tasks": tasks})
    assert judge(PLAN, journal(TargetsChosen(at=AT, targets=[target]))).outcome == outcome


def test_one_busy_target_of_several_is_enough():
    """It was hit too; where all are idle each is named."""
    idle = [a_target(uid=pod, pod=pod).model_copy(update={"tasks": 0}) for pod in ("tm-2", "tm-3")]
    assert judge(PLAN, journal(TargetsChosen(at=AT, targets=[*idle, a_target()]))).outcome == "PASS"
    (told,) = effect_doubts(PLAN, journal(TargetsChosen(at=AT, targets=idle)))
    assert told == "the fault hit no task: tm-2, tm-3 ran none when it was chosen"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"tasks_running": 3}, "3 of 4 tasks ran, job RUNNING"),
        ({"state": "RESTARTING"}, "4 of 4 tasks ran, job RESTARTING"),
        ({"restarts": 1}, "it was restarted, 1 times in all"),
        ({"restored_id": 7}, "it was restored from checkpoint 7"),
        ({"job_id": "j2"}, "job j2 came in place of j1"),
        ({"failure": "TimeoutException: heartbeat", "failed_ms": 5}, "TimeoutException: heartbeat"),
        ({"failed_checkpoints": 1}, "a checkpoint failed"),
        ({}, ""),
        ({"job_id": ""}, ""),
    ],
)
def test_the_job_must_notice_the_fault(other, told):
    """By any sign; an answer that did not come is none, where only a TaskManager was hit."""
    found = Journal([*QUIET, job_seen("in the fault", **other)])
    assert noticed(PLAN, found) == told
    assert bool(list(effect_doubts(PLAN, found))) == (told == "")


def test_a_jobmanager_that_does_not_answer_was_hit_if_it_was_the_target():
    """Or its node."""
    found = Journal([*QUIET, job_seen("in the fault", job_id="")])
    plans = (a_plan(component="jobmanager"), a_plan(fault="node_drain"), PLAN)
    silent = "the JobManager did not answer"
    assert [noticed(plan, found) for plan in plans] == [silent, silent, ""]


def test_looks_at_the_control_say_nothing_of_the_chaos_copy():
    """It is not the one that was hit."""
    looks = [job_seen(moment, jobmanagers=["jm1"]) for moment in ("before the fault", "after the fault")]
    other = {"copy": Copy.STABLE, "job_id": "j9", "jobmanagers": ["jm9"], "missing": ["tm-9"], "restarts": 3}
    control = [job_seen(moment, **other) for moment in ("before the fault", "drained")]
    found = Journal([*QUIET, *looks, *control])
    assert noticed(PLAN, found) == ""
    (told,) = effect_doubts(PLAN, found)
    assert told == (
        "the job did not notice the fault: no task left RUNNING, nothing was restarted, "
        "no checkpoint failed or took longer"
    )


def test_without_a_look_before_it_nothing_can_have_changed():
    """Any answer would differ from none."""
    facts = [fact for fact in QUIET if not isinstance(fact, JobSeen)]
    late = job_seen("after the fault", restored_id=4)
    assert noticed(PLAN, Journal([*facts, late])) == ""
    assert noticed(PLAN, Journal([*facts, job_seen("before the fault", job_id=""), late])) == ""


def test_a_failed_checkpoint_since_the_fault_is_noticed():
    """Those before it say nothing, nor do the control's, or what is left of a history when all is drained."""
    others = [
        *(control_looked(moment, latest=9) for moment in ("before the fault", "after the fault")),
        looked("drained", latest=9),
    ]
    failed = {"is_savepoint": False, "trigger_ms": 1, "duration_ms": 1, "status": "FAILED"}
    for number, told in ((3, ""), (4, "checkpoint 4 failed")):
        look = looked("after the fault", latest=5).model_copy(update={"history": [_checkpoint(id=number, **failed)]})
        assert noticed(PLAN, Journal([*QUIET, look, *others])) == told


def test_checkpoints_that_took_longer_feel_a_latency():
    """The evidence says by how much, if it knows."""
    latency = a_plan(fault="network_latency")
    for details, told in (({"checkpoints": "longest 9 s"}, "longest 9 s"), ({}, "checkpoints felt it")):
        felt = Evidence(at=AT, felt=True, message="", details={"checkpoints-felt": "true"} | details)
        assert (noticed(latency, Journal([*QUIET, felt])), noticed(PLAN, Journal([*QUIET, felt]))) == (told, "")


@pytest.mark.parametrize(
    ("fault", "component", "later", "doubted"),
    [
        ("pod_delete", "taskmanager", ["jm2"], True),
        ("pod_delete", "taskmanager", ["jm1"], False),
        ("pod_delete", "taskmanager", ["jm1", "jm2"], False),
        ("pod_delete", "taskmanager", [], False),
        ("pod_delete", "jobmanager", ["jm2"], False),
        ("node_drain", "taskmanager", ["jm2"], False),
        ("network_latency", "taskmanager", ["jm2"], True),
    ],
)
def test_a_jobmanager_that_goes_with_a_taskmanager_was_taken_by_somebody_else(fault, component, later, doubted):
    """A drained node may hold both, and a pod that nobody sees says nothing."""
    plan = a_plan(fault=fault, component=component)
    looks = [job_seen("before the fault", jobmanagers=["jm1"]), job_seen("after the fault", restarts=1, jobmanagers=later)]
    found = Journal([*(fact for fact in good_facts(plan) if not isinstance(fact, JobSeen)), *looks])
    told = "the JobManager's pod was replaced too, which this fault does not do: somebody else hit the chaos copy"
    assert [one for one in effect_doubts(plan, found) if "somebody else hit" in one] == ([told] if doubted else [])


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (
            job_seen("before the fault", missing=["tm-1", "tm-2"]),
            "tm-1, tm-2 was gone before the fault was asked for: somebody else hit the chaos copy",
        ),
        (
            job_seen("before the fault", state="RESTARTING"),
            "the chaos copy did not run when the fault was asked for: 4 of 4 tasks ran, job RESTARTING",
        ),
        (
            job_seen("before the fault", tasks_running=3),
            "the chaos copy did not run when the fault was asked for: 3 of 4 tasks ran, job RUNNING",
        ),
        (
            job_seen("before the fault", job_id="", state=""),
            "nobody told whether the chaos copy ran when the fault was asked for",
        ),
        (HitByOthers(at=AT, what="a pod is gone"), "somebody else hit the chaos copy before the fault did: a pod is gone"),
        (job_seen("before the fault"), ""),
    ],
)
@pytest.mark.parametrize("fault", ["pod_delete", "savepoint"])
def test_a_copy_that_was_broken_before_tells_nothing_of_the_fault(fault, fact, told):
    """What it does afterwards may be the answer to that. Nor is anything known where no answer came."""
    plan = a_plan(fault=fault)
    facts = [one for one in good_facts(plan) if not isinstance(one, JobSeen) or one.moment != "before the fault"]
    later = job_seen("in the fault", job_id="j1", restarts=1)
    found = [one for one in effect_doubts(plan, Journal([*facts, fact, later])) if "notice" not in one]
    assert found == ([told] if told else [])


@pytest.mark.parametrize(
    ("back", "doubted"),
    [
        ([["jm1"], ["jm2"], ["jm2"]], False),
        ([["jm1"], [], ["jm2"]], False),
        ([["jm2"], ["jm3"]], True),
        ([["jm2"], [], ["jm2", "jm3"]], False),
        ([["jm1"], ["jm1"]], False),
        ([["jm0"], ["jm2"]], False),
    ],
)
def test_a_jobmanager_that_is_replaced_while_a_drill_comes_back_was_taken_by_somebody_else(back, doubted):
    """The first new pod is the drill's own; one that crashes keeps its pod."""
    plan = a_plan(fault="savepoint")
    looks = [job_seen("before the fault", jobmanagers=["jm1"]), job_seen("in the fault", jobmanagers=["jm0"])]
    looks += [job_seen("resuming", jobmanagers=uids) for uids in back[:-1]]
    looks += [job_seen("after the fault", jobmanagers=back[-1])]
    looks += [job_seen("resuming", copy=Copy.STABLE, jobmanagers=["jm9"])]
    facts = [one for one in good_facts(plan) if not isinstance(one, JobSeen)]
    told = "the JobManager's pod was replaced while the chaos copy came back: somebody else hit it"
    assert (told in effect_doubts(plan, Journal([*facts, *looks]))) is doubted


def test_a_run_without_a_fault_needs_no_effect():
    """Nor does one whose fault was not felt: that is said already."""
    felt = Evidence(at=AT, felt=True, message="", details={})
    assert list(effect_doubts(a_plan(fault="no_fault"), Journal([felt]))) == []
    assert list(effect_doubts(PLAN, Journal([]))) == []
    assert list(effect_doubts(PLAN, journal(Evidence(at=AT, felt=False, message="")))) == []


def control_looked(moment, latest):
    """What the control's JobManager told then."""
    return looked(moment, latest).model_copy(update={"copy_": Copy.STABLE})


def _checkpoint(**fields):
    from flink_chaos.model.facts import Checkpoint

    return Checkpoint(**fields)
