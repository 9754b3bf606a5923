import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import RETURNED, CheckpointsSeen, Drained, Evidence, SavepointTaken, Stopped, Unschedulable
from flink_chaos.model.journal import Journal
from flink_chaos.model.verdict import Outcome
from flink_chaos.verdict.expectation import restored
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, good_facts, job_seen, journal, looked, table

PATH = "hdfs://x/savepoint-1"
SAVEPOINT = a_plan(fault="savepoint", delivery_guarantee="AT_LEAST_ONCE")
BEFORE = [fact for fact in good_facts(SAVEPOINT) if not isinstance(fact, SavepointTaken)]
DUPLICATES = (counts(Copy.CHAOS, records=RECORDS + 9, duplicated=9, surplus=9), table(chaos=RECORDS + 9))


def resumed(path):
    """A drill that came back from `path`."""
    return SavepointTaken(at=AT, path=PATH), looked("after the fault", latest=9, restored=7, path=path)


@pytest.mark.parametrize(
    ("plan", "facts", "outcome", "told"),
    [
        (a_plan(), (looked("drained", latest=9, restored=2),), Outcome.FAIL, "from checkpoint 2; demanded"),
        (a_plan(), (looked("drained", latest=9, restored=3),), Outcome.PASS, "restored: from checkpoint 3"),
        (a_plan(), (looked("drained", latest=9),), Outcome.FAIL, "restored: from no checkpoint"),
        (a_plan(component="jobmanager"), (), Outcome.PASS, "same job: j1 -> j1"),
        (
            a_plan(component="jobmanager"),
            (looked("drained", latest=9, restored=4, job="j2"),),
            Outcome.FAIL,
            "same job: j1 -> j2",
        ),
        (SAVEPOINT, resumed(PATH), Outcome.PASS, f"restored: {PATH}"),
        (SAVEPOINT, resumed("hdfs://x/chk-3"), Outcome.FAIL, "restored: hdfs://x/chk-3"),
        (SAVEPOINT, (*resumed(PATH), *DUPLICATES), Outcome.FAIL, "9 ids duplicated"),
        (a_plan(fault="no_fault", delivery_guarantee="AT_LEAST_ONCE"), DUPLICATES, Outcome.FAIL, "9 ids duplicated"),
    ],
)
def test_how_the_copy_came_back_is_judged_by_the_kind_of_fault(plan, facts, outcome, told):
    """A killed pod: from the last checkpoint; a drill: from its savepoint, without a duplicate."""
    verdict = judge(plan, journal(*facts, plan=plan))
    assert (verdict.outcome, told in " ".join(verdict.reasons)) == (outcome, True)


@pytest.mark.parametrize(
    ("facts", "outcome", "told"),
    [
        ((resumed(PATH)[0],), "INCONCLUSIVE", ("restored", None, PATH, "not seen")),
        (resumed(PATH)[1:], "INCONCLUSIVE", ("restored", None, "a savepoint", PATH)),
        (resumed(None), "FAIL", ("restored", False, PATH, "from nothing")),
    ],
)
def test_a_drill_that_nobody_looked_at_is_in_doubt_and_one_that_began_anew_is_broken(facts, outcome, told):
    """A JobManager that did not answer says nothing of what its job came back from."""
    verdict = judge(SAVEPOINT, Journal([*BEFORE, *facts]))
    assert verdict.outcome == outcome
    assert told in [(line.name, line.ok, line.demanded, line.seen) for line in verdict.lines]


def test_a_run_without_a_fault_needs_no_evidence_of_one():
    """A/A."""
    plan = a_plan(fault="no_fault")
    facts = [fact for fact in good_facts(plan) if not isinstance(fact, Evidence | CheckpointsSeen)]
    assert judge(plan, Journal(facts)).outcome is Outcome.PASS


def test_only_a_killed_jobmanager_is_asked_for_the_same_job():
    """A drained node takes whatever pods it holds."""
    names = [
        [line.name for line in judge(a_plan(fault=fault, component="jobmanager"), journal()).lines]
        for fault in ("pod_delete", "node_drain")
    ]
    assert ["same job" in told for told in names] == [True, False]


def test_a_job_that_was_seen_only_once_is_not_the_same_and_no_other():
    """One look compares with nothing."""
    facts = [fact for fact in good_facts() if not (isinstance(fact, CheckpointsSeen) and fact.moment == "drained")]
    lines = judge(a_plan(component="jobmanager"), Journal(facts)).lines
    assert [(line.ok, line.seen) for line in lines[-2:]] == [(None, "not seen"), (None, "j1 -> ?")]


def test_the_newest_look_that_knows_of_a_restore_tells_it():
    """Right after the fault the job may not be back, and later its JobManager may not know; the other copy says nothing."""
    early, late = looked("after the fault", latest=5, restored=4), looked("drained", latest=9, restored=7)
    blind = looked("drained", latest=9)
    stable = late.model_copy(update={"copy_": Copy.STABLE})
    for facts, told in (((early, late), 7), ((early, blind), 4), ((early,), 4), ((blind,), None), ((late, stable), 7)):
        assert restored(Journal(list(facts))).restored_id == told
    assert restored(Journal([early, stable])).restored_id == 4
    assert restored(Journal([])) is None


def test_a_cluster_without_room_is_a_fail_that_names_what_was_missing():
    """And not a hang."""
    waiting = Unschedulable(
        at=AT, pods=["chaos-tm-2", "chaos-tm-3"], seconds=61, message="0/3 nodes: Insufficient memory"
    )
    plan = a_plan(fault="node_drain")
    verdict = judge(plan, journal(waiting, plan=plan))
    reasons = " ".join(verdict.reasons)
    told = "capacity: chaos-tm-2, chaos-tm-3 found no node for 61 s: 0/3 nodes: Insufficient memory; demanded: room for"
    assert (verdict.outcome, told in reasons) == ("FAIL", True)


@pytest.mark.parametrize(
    ("fault", "details", "told"),
    [
        (
            "network_latency",
            {"checkpoints-felt": "false", "checkpoints": "3, none failed"},
            "not felt by any checkpoint",
        ),
        ("network_latency", {"checkpoints": "could not be asked"}, "not felt by any checkpoint: could not be asked"),
        ("node_drain", {"uncordoned": "false", "node": "n2"}, "n2 was not uncordoned"),
    ],
)
def test_evidence_that_is_only_half_there_is_inconclusive(fault, details, told):
    """The pods felt it, but not what was meant to."""
    half = Evidence(at=AT, felt=True, message="", details=details)
    verdict = judge(a_plan(fault=fault), journal(half))
    assert (verdict.outcome, told in " ".join(verdict.reasons)) == ("INCONCLUSIVE", True)


@pytest.mark.parametrize("fault", ["node_drain", "pod_delete"])
def test_a_demand_that_the_control_breaks_as_well_is_no_failure(fault):
    """Nothing was done to it, by a shared fault either: whatever hit both is no fault of the application."""
    plan, few = a_plan(fault=fault), {"records": RECORDS - 7, "ids": RECORDS - 7, "lost": 7}
    both = (*(counts(copy, **few) for copy in Copy), table(RECORDS - 7, RECORDS - 7))
    undrained = [Drained(at=AT, copy=copy, ok=False, message="lag 9", lag=9) for copy in Copy]
    unstopped = [Stopped(at=AT, copy=copy, ok=False, savepoint=None, message="no") for copy in Copy]
    for facts in (both, both[:1], undrained, unstopped):
        assert judge(plan, journal(*facts, plan=plan)).outcome is Outcome.INCONCLUSIVE
    for facts in ([both[1], table(chaos=RECORDS - 7)], undrained[1:], unstopped[1:]):
        assert judge(plan, journal(*facts, plan=plan)).outcome is Outcome.FAIL


@pytest.mark.parametrize("fault", ["node_drain", "pod_delete"])
def test_a_stable_copy_that_lacks_what_was_loaded_is_no_control(fault):
    """Also where a fault may hit both: what the chaos copy has more than it is no offence of the chaos copy."""
    fewer = {"records": RECORDS - 5, "ids": RECORDS - 5, "expected": RECORDS - 5, "counted": RECORDS - 5}
    stable, chaos = counts(Copy.STABLE, **fewer), counts(Copy.CHAOS, **(fewer | {"counted": RECORDS}), extra=5)
    assert judge(a_plan(fault=fault), journal(stable, chaos, table(stable=RECORDS - 5))).outcome is Outcome.INCONCLUSIVE


def test_records_that_both_copies_replay_are_not_extra():
    """Offsets before the run bring records of earlier runs."""
    again = [counts(copy, records=RECORDS + 40, older=40) for copy in Copy]
    both = (*again, table(stable=RECORDS + 40, chaos=RECORDS + 40))
    assert judge(a_plan(offsets="shift-by:-40"), journal(*both)).outcome is Outcome.PASS
    assert judge(a_plan(), journal(*both)).outcome is not Outcome.PASS


def test_a_drill_that_never_came_back_is_broken_in_its_own_words():
    """Whatever the next look finds; and only the evidence says so."""
    for returned, line in (("false", ("restored", False, PATH, "gone")), ("true", ("restored", True, PATH, PATH))):
        gone = Evidence(at=AT, felt=True, message="gone", details={RETURNED: returned})
        verdict = judge(SAVEPOINT, journal(*resumed(PATH), gone, plan=SAVEPOINT))
        assert line in [(one.name, one.ok, one.demanded, one.seen) for one in verdict.lines]
        assert verdict.outcome == ("FAIL" if returned == "false" else "PASS")


def test_a_drill_whose_job_others_restarted_before_we_looked_is_in_doubt():
    """It may have come back from its savepoint before: the newest restore is another one."""
    back = (*resumed("hdfs://x/chk-21"), job_seen("after the fault", restored_id=21, restarts=1), job_seen("drained"))
    verdict = judge(SAVEPOINT, journal(*back, plan=SAVEPOINT))
    why = "it was restarted before it was seen to be back"
    assert (verdict.outcome, verdict.reasons[0].startswith("restored: "), why in verdict.reasons[0]) == (
        "INCONCLUSIVE",
        True,
        True,
    )
