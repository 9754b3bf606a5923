import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import FilesEnd, Stopped
from flink_chaos.model.journal import Journal
from flink_chaos.model.proof import Deliveries, Finding
from flink_chaos.verdict.agreement import disagreements
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, journal

SAME = Deliveries(expected=RECORDS, records=RECORDS, ids=RECORDS, lost=0, duplicated=0, surplus=0, extra=0)


def test_the_same_numbers_agree():
    """Whatever else the proof counts."""
    found = SAME.model_copy(update={"aborted": 5, "changed": 3})
    assert disagreements(Journal([counts(Copy.CHAOS)]), {Copy.CHAOS: found}) == []


def test_every_number_that_differs_is_told_with_both():
    """And the copy."""
    found = SAME.model_copy(update={"lost": 2, "ids": RECORDS - 2})
    told = disagreements(Journal([counts(Copy.CHAOS)]), {Copy.CHAOS: found})
    assert [line.split(" is ")[0] for line in told] == ["methods disagree: chaos: ids", "methods disagree: chaos: lost"]


@pytest.mark.parametrize("name", ["expected", "records", "ids", "lost", "duplicated", "surplus", "extra"])
def test_each_number_that_both_count_is_compared(name):
    """The others have no partner."""
    found = SAME.model_copy(update={name: 7})
    told = disagreements(Journal([counts(Copy.CHAOS)]), {Copy.CHAOS: found})
    by_sql = f"{getattr(SAME, name):,}"
    assert told == [f"methods disagree: chaos: {name} is {by_sql} by SQL and 7 by the record proof"]


def test_what_sql_never_counted_is_no_agreement():
    """A run that was killed before its comparison."""
    assert disagreements(Journal([]), {Copy.CHAOS: SAME}) == ["methods disagree: chaos: not counted by SQL"]


def proof(**other):
    """What was read of the chaos copy's topic."""
    finding = Finding(kind="lost", id="7", cause="never written to the sink")
    return RecordProof(at=AT, copy=Copy.CHAOS, deliveries=SAME.model_copy(update=other), findings=[finding], seconds=1)


def test_two_methods_that_differ_make_a_run_inconclusive():
    """One of them lies, and nobody knows which."""
    assert judge(a_plan(), journal(proof())).outcome == "PASS"
    verdict = judge(a_plan(), journal(proof(lost=1, ids=RECORDS - 1)))
    assert (verdict.outcome, len(verdict.reasons)) == ("INCONCLUSIVE", 2)


def test_each_copy_is_compared_with_its_own_counts():
    """Not with those that were counted last."""
    short = SAME.model_copy(update={"records": RECORDS - 2})
    told = disagreements(Journal([counts(copy) for copy in Copy]), {Copy.STABLE: short, Copy.CHAOS: SAME})
    assert told == ["methods disagree: stable: records is 200,000 by SQL and 199,998 by the record proof"]
    apart = Journal([counts(Copy.STABLE, records=RECORDS - 2), counts(Copy.CHAOS)])
    assert disagreements(apart, {Copy.STABLE: short, Copy.CHAOS: SAME}) == []


def test_the_first_offenders_stand_in_the_verdict():
    """Those of the chaos copy, whichever was proved last."""
    stable = RecordProof(at=AT, copy=Copy.STABLE, deliveries=SAME, findings=[], seconds=1)
    assert [found.id for found in judge(a_plan(), journal(proof(), stable)).findings] == ["7"]


def test_a_copy_that_goes_on_writing_files_agrees_with_nobody():
    """It could not be stopped, and that is the verdict; a topic is read between recorded offsets."""
    running = Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="no savepoint in time")
    end = FilesEnd(at=AT, copy=Copy.CHAOS, directory="hdfs://n/out", files=[])
    found = {Copy.CHAOS: SAME.model_copy(update={"records": 7})}
    assert disagreements(Journal([counts(Copy.CHAOS), running]), found) != []
    assert disagreements(Journal([counts(Copy.CHAOS), running, end]), found) == []
