from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Journal
from flink_chaos.model.proof import Deliveries
from flink_chaos.verdict.agreement import disagreements

from tests.unit.plans import RECORDS, counts

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


def test_what_sql_never_counted_is_no_agreement():
    """A run that was killed before its comparison."""
    assert disagreements(Journal([]), {Copy.CHAOS: SAME}) == ["methods disagree: chaos: not counted by SQL"]
