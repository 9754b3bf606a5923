import pytest
from flink_chaos.model.base import Copy
from flink_chaos.verdict.delivery import delivery_lines

from tests.unit.plans import RECORDS, a_plan, counts, journal


@pytest.mark.parametrize(
    ("lost", "lost_ids", "told"),
    [(9, 3, "9 lost records of 3 ids"), (9, 9, "9 lost"), (9, 0, "9 lost"), (0, 0, "0 lost")],
)
def test_of_how_many_ids_records_were_lost_is_told_where_it_is_another_number(lost, lost_ids, told):
    """Several of one id, in an output that has more than one for each."""
    (line,) = [
        one
        for one in delivery_lines(a_plan(), journal(counts(Copy.CHAOS, lost=lost, lost_ids=lost_ids)))
        if one.name == "no loss"
    ]
    assert line.seen == f"{RECORDS:,} of {RECORDS:,} ids, {told}"
