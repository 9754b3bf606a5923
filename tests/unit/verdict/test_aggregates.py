"""The verdict on outputs whose ids only the application knows: windows."""

from __future__ import annotations

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Loaded, Table
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table

WINDOWS = 900
PLAN = a_plan(pipeline="ad_event_counts")
AT_LEAST_ONCE = a_plan(pipeline="ad_event_counts", delivery_guarantee="AT_LEAST_ONCE")
SHARED = a_plan(pipeline="ad_event_counts", fault="node_drain")


def windows(copy, **other):
    """Every window as in the stable copy, unless said otherwise."""
    fields = {"changed": 0, "undercounted": 0, "counted": RECORDS, "summed": RECORDS} | other
    return counts(copy, expected=WINDOWS, **({"records": WINDOWS, "ids": WINDOWS} | fields))


def loaded(written=RECORDS + 64, end=None):
    """The loader's end: records and flush records over four partitions."""
    begin = dict.fromkeys(range(4), 0)
    end = end or dict.fromkeys(range(4), 1)
    return Loaded(at=AT, expected=RECORDS + 64, written=written, state="FINISHED", begin=begin, end=end)


def judged(*facts, plan=PLAN):
    """Outcome and reasons of a good run with these facts."""
    verdict = judge(plan, journal(loaded(), *(windows(copy) for copy in Copy), *facts, plan=plan))
    return verdict.outcome, " ".join(verdict.reasons)


def test_equal_windows_are_a_pass():
    """With the flush records counted as part of the load, and not as records."""
    outcome, reasons = judged()
    assert (outcome, "nothing changed: 0 ids with another value" in reasons) == ("PASS", True)


@pytest.mark.parametrize("plan", [PLAN, SHARED, a_plan(pipeline="ad_event_counts", fault="no_fault")])
@pytest.mark.parametrize("counted", [RECORDS - 1, RECORDS + 64])
def test_a_stable_copy_that_does_not_account_for_the_load_proves_nothing(plan, counted):
    """Whether windows are missing or the flush window fired, and though a shared fault may hurt that copy."""
    outcome, reasons = judged(windows(Copy.STABLE, counted=counted), plan=plan)
    assert (outcome, f"it accounts for {counted:,} of 200,000" in reasons) == ("INCONCLUSIVE", True)


@pytest.mark.parametrize(
    ("found", "exactly_once", "at_least_once"),
    [
        ({"ids": WINDOWS - 1, "records": WINDOWS - 1, "lost": 1}, "FAIL", "FAIL"),
        ({"records": WINDOWS + 1, "duplicated": 1, "surplus": 1}, "FAIL", "PASS"),
        ({"changed": 2}, "FAIL", "PASS"),
        ({"changed": 2, "undercounted": 1}, "FAIL", "FAIL"),
        ({"extra": 1}, "FAIL", "FAIL"),
    ],
)
def test_a_higher_count_is_a_duplicate_and_a_lower_one_a_loss(found, exactly_once, at_least_once):
    """So AT_LEAST_ONCE allows the first and never the second."""
    fact = windows(Copy.CHAOS, **found)
    assert [judged(fact, plan=plan)[0] for plan in (PLAN, AT_LEAST_ONCE)] == [exactly_once, at_least_once]


def test_no_duplicate_explains_another_value_of_a_single_record():
    """Without a count column nothing is added up."""
    assert judged(windows(Copy.CHAOS, changed=1, undercounted=None), plan=AT_LEAST_ONCE)[0] == "FAIL"


def test_without_a_fault_nothing_may_be_counted_twice():
    """No failure excuses it."""
    plan = a_plan(pipeline="ad_event_counts", fault="no_fault", delivery_guarantee="AT_LEAST_ONCE")
    assert judged(windows(Copy.CHAOS, changed=1), plan=plan)[0] == "FAIL"


def test_the_report_counts_records_and_not_windows():
    """Its sums are compared with the records that all windows stand for; other columns claim nothing."""
    partial = Table(at=AT, name="windows that differ", columns=["no_chaos", "chaos"], rows=[[1, 2]])
    assert judged(partial)[0] == "PASS"
    assert "methods disagree" in judged(table(chaos=RECORDS - 1))[1]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (loaded(written=RECORDS), "200,000 of 200,064 records were written"),
        (loaded(end={0: 5, 1: 5, 2: 0, 3: 5}), "no record in partitions [2]"),
    ],
)
def test_a_load_that_cannot_close_every_window_is_inconclusive(fact, reason):
    """A flush record is missing, or a partition has nothing that moves its watermark."""
    outcome, reasons = judged(fact)
    assert (outcome, reason in reasons) == ("INCONCLUSIVE", True)
