import pytest
from flink_chaos.model.base import Copy
from flink_chaos.verdict.delivery import delivery_lines

from tests.unit.plans import RECORDS, a_plan, counts, journal, with_output

OF_ALL = "200,000 of 200,000 ids"
NONE_TWICE = "0 ids duplicated, 0 surplus records"


def seen(name, found, plan=None, **other):
    """What a line tells of the chaos copy; the control, which was counted last, is whole."""
    lines = delivery_lines(plan or a_plan(), journal(found, counts(Copy.STABLE)), **other)
    (line,) = [one for one in lines if one.name == name]
    return line.seen


@pytest.mark.parametrize(
    ("lost", "lost_ids", "told"),
    [(9, 3, "9 lost records of 3 ids"), (9, 9, "9 lost"), (9, 0, "9 lost"), (0, 0, "0 lost")],
)
def test_of_how_many_ids_records_were_lost_is_told_where_it_is_another_number(lost, lost_ids, told):
    """Several of one id, in an output that has more than one for each."""
    assert seen("no loss", counts(Copy.CHAOS, lost=lost, lost_ids=lost_ids)) == f"{OF_ALL}, {told}"


@pytest.mark.parametrize(
    ("lost", "counted", "each_once", "told"),
    [
        (0, RECORDS - 9, True, "0 lost; 9 of 200,000 loaded records are not in the output"),
        (3, RECORDS - 9, True, "3 lost; 9 of 200,000 loaded records are not in the output"),
        (9, RECORDS - 9, True, "9 lost"),
        (0, RECORDS - 9, False, "0 lost"),
    ],
)
def test_loaded_records_that_did_not_come_are_told_where_they_are_more_than_the_stable_copy_shows(
    lost, counted, each_once, told
):
    """The control lacks them too, and each was to come."""
    found = counts(Copy.CHAOS, lost=lost, counted=counted)
    assert seen("no loss", found, with_output(a_plan(), each_once=each_once)) == f"{OF_ALL}, {told}"


def test_why_records_may_be_lost_is_told_behind_all_that_are():
    """What a caller knows of the cause."""
    found = counts(Copy.CHAOS, lost=3, counted=RECORDS - 9)
    assert seen("no loss", found, why_lost="because") == (
        f"{OF_ALL}, 3 lost; 9 of 200,000 loaded records are not in the output; because"
    )


@pytest.mark.parametrize(
    ("other", "each_once", "told"),
    [
        ({"repeated": 4}, True, f"{NONE_TWICE}; 4 records are there again, as in the stable copy"),
        ({"repeated": 4}, False, NONE_TWICE),
        ({"repeated": 4, "surplus": 4, "duplicated": 2}, True, "2 ids duplicated, 4 surplus records"),
        ({}, True, NONE_TWICE),
    ],
)
def test_records_that_are_there_again_in_both_copies_are_told(other, each_once, told):
    """Where each was to come once, and only those that the comparison does not show."""
    assert seen("no duplicates", counts(Copy.CHAOS, **other), with_output(a_plan(), each_once=each_once)) == told


@pytest.mark.parametrize(
    ("unloaded", "each_once", "told"),
    [
        (4, True, "1 extra; 4 with a number that nobody loaded"),
        (4, False, "1 extra"),
        (0, True, "1 extra"),
        (None, True, "1 extra"),
    ],
)
def test_numbers_that_nobody_loaded_are_told(unloaded, each_once, told):
    """Where each record has one of its own."""
    found = counts(Copy.CHAOS, extra=1, unloaded=unloaded)
    assert seen("nothing extra", found, with_output(a_plan(), each_once=each_once)) == told
