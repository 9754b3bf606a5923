import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import Drained, Evidence, Stopped
from flink_chaos.model.journal import Journal
from flink_chaos.model.proof import Deliveries
from flink_chaos.verdict.contract import contract_lines
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import journal as observed_journal
from tests.unit.observed import observation
from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table, with_output

JOBMANAGER = a_plan(component="jobmanager")
CAUGHT_UP = "everything read and a later checkpoint within 400 s after the last record"


def told(plan, found, seen=None):
    """Every line as it is shown."""
    return [(line.name, line.ok, line.demanded, line.seen) for line in contract_lines(plan, found, seen)]


def test_a_good_run_is_told_line_by_line():
    """People and messages read these words."""
    assert told(JOBMANAGER, journal()) == [
        ("caught up", True, CAUGHT_UP, "lag 0"),
        ("stopped", True, "stops with a new savepoint", "s"),
        ("no loss", True, "0 lost", "200,000 of 200,000 ids, 0 lost"),
        ("no duplicates", True, "0 duplicated", "0 ids duplicated, 0 surplus records"),
        ("nothing extra", True, "0 extra", "0 extra"),
        ("no hanging transaction", True, "none open after the stop", "none"),
        ("restored", True, "from checkpoint 3 or later", "from checkpoint 4"),
        ("same job", True, "the same job id", "j1 -> j1"),
    ]


def test_a_run_that_nobody_looked_at_is_told_line_by_line():
    """Nothing is met, nothing is broken."""
    assert told(JOBMANAGER, Journal([])) == [
        ("caught up", None, CAUGHT_UP, "not seen"),
        ("stopped", None, "stops with a new savepoint", "not seen"),
        ("delivered", None, "every record counted", "not counted"),
        ("restored", None, "from checkpoint 0 or later", "not seen"),
        ("same job", None, "the same job id", "? -> ?"),
    ]


def test_checkpoints_that_nobody_asked_for_are_told_as_such():
    """Nothing is demanded of them."""
    line = ("checkpoints", True, "may slow down or fail", "not seen")
    assert told(a_plan(fault="network_latency"), Journal([]))[-1] == line
    unknown = Evidence(at=AT, felt=True, message="", details={})
    assert told(a_plan(fault="network_latency"), journal(unknown))[-1] == line


def test_what_at_least_once_allows_is_told():
    """Records that both copies read again are compared as this run's are."""
    plan = a_plan(delivery_guarantee="AT_LEAST_ONCE", offsets="shift-by:-40")
    lines = told(plan, journal(*(counts(copy, records=RECORDS + 40, older=40) for copy in Copy)))
    assert lines[3] == ("no duplicates", True, "any number (AT_LEAST_ONCE)", "0 ids duplicated, 0 surplus records")
    assert lines[4] == ("nothing extra", True, "0 extra", "0 extra")


@pytest.mark.parametrize(
    ("guarantee", "found", "line"),
    [
        ("EXACTLY_ONCE", {"changed": 3}, (False, "0 changed", "3 ids with another value")),
        (
            "EXACTLY_ONCE",
            {"changed": 3, "undercounted": 0},
            (False, "0 changed", "3 ids with another value, 0 of them count less"),
        ),
        (
            "AT_LEAST_ONCE",
            {"changed": 3, "undercounted": 0},
            (True, "0 that count less (AT_LEAST_ONCE)", "3 ids with another value, 0 of them count less"),
        ),
    ],
)
def test_changed_values_are_told_with_what_they_break(guarantee, found, line):
    """A higher count is a duplicate."""
    lines = told(a_plan(delivery_guarantee=guarantee), journal(counts(Copy.CHAOS, **found)))
    assert ("nothing changed", *line) in lines


def test_a_copy_that_did_not_catch_up_or_stop_is_told_in_its_own_words():
    """Not in those of the control, which came last."""
    late = Drained(at=AT, copy=Copy.CHAOS, ok=False, message="lag 7", lag=7)
    stuck = Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="no savepoint in 180 s")
    control = [one for one in journal().facts if isinstance(one, (Drained, Stopped)) and one.copy_ is Copy.STABLE]
    assert told(a_plan(), journal(late, stuck, *control))[:2] == [
        ("caught up", False, CAUGHT_UP, "lag 7"),
        ("stopped", False, "stops with a new savepoint", "no savepoint in 180 s"),
    ]


@pytest.mark.parametrize("fault", ["pod_delete", "node_drain"])
@pytest.mark.parametrize("guarantee", ["EXACTLY_ONCE", "AT_LEAST_ONCE"])
def test_what_the_stable_copy_has_not_is_extra(guarantee, fault):
    """Under either guarantee, of this run and of earlier ones."""
    shifted = a_plan(offsets="shift-by:-40", fault=fault, delivery_guarantee=guarantee)
    again = [
        counts(Copy.STABLE, records=RECORDS + 40, older=40),
        counts(Copy.CHAOS, records=RECORDS + 41, older=41, extra=1),
    ]
    assert judge(shifted, journal(*again, table(RECORDS + 40, RECORDS + 41), plan=shifted)).outcome == "FAIL"


def test_bounds_on_times_read_the_recovery():
    """It was seen, so that nothing is in doubt."""
    plan = a_plan(contract_bounds={"recovery_seconds": 60})
    seen = recovery(a_plan(), observed_journal(), observation())
    assert told(plan, journal(), seen)[-1] == ("recovered in time", True, "within 60 s of the fault", "13.2 s")


ORDERED = with_output(a_plan(), order="ad_id")
"""Of a profile that names what its records keep their order by."""


def proof(copy, reordered):
    """What was read of one copy's topic."""
    same = {"expected": RECORDS, "records": RECORDS, "ids": RECORDS, "lost": 0, "duplicated": 0, "surplus": 0}
    found = Deliveries(**same, extra=0, reordered=reordered)
    return RecordProof(at=AT, copy=copy, deliveries=found, findings=[], seconds=1)


@pytest.mark.parametrize(
    ("proofs", "line"),
    [
        ([], (None, "0 reordered", "not proved")),
        ([proof(Copy.STABLE, 0)], (None, "0 reordered", "not proved")),
        (
            [proof(Copy.CHAOS, 0), proof(Copy.STABLE, 7)],
            (True, "0 reordered", "0 ids came after one of their ad_id that was loaded later"),
        ),
        (
            [proof(Copy.CHAOS, 7), proof(Copy.STABLE, 0)],
            (False, "0 reordered", "7 ids came after one of their ad_id that was loaded later"),
        ),
    ],
)
def test_order_is_that_of_the_chaos_copy(proofs, line):
    """Whichever copy was proved last."""
    assert ("order kept", *line) in told(ORDERED, journal(*proofs))


def test_a_bound_is_judged_by_the_facts_of_the_run():
    """Its line stands beside those of the guarantee."""
    plan = a_plan(contract_bounds={"duplicates_percent": 1}, delivery_guarantee="AT_LEAST_ONCE")
    twice = counts(Copy.CHAOS, records=RECORDS + 4_000, duplicated=4_000, surplus=4_000)
    assert ("few duplicates", False, "at most 1 % of the ids", "2.00 %") in told(plan, journal(twice))
