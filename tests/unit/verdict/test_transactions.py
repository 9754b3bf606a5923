import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.proof import Deliveries
from flink_chaos.model.recovery import CheckpointSpan, Mark
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.recovery import recovery
from flink_chaos.verdict.transactions import too_short

from tests.unit.observed import checkpoint, facts, observation
from tests.unit.observed import journal as observed_journal
from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table

SHORT = a_plan(pipeline="ad_events_short_transactions")
LOST = counts(Copy.CHAOS, records=RECORDS - 9, ids=RECORDS - 9, lost=9)


def proved(aborted=12):
    """Nine ids are lost, and so many records are in aborted transactions."""
    same = {"expected": RECORDS, "records": RECORDS - 9, "ids": RECORDS - 9, "lost": 9, "duplicated": 0}
    found = Deliveries(**same, surplus=0, extra=0, aborted=aborted)
    return RecordProof(at=AT, copy=Copy.CHAOS, deliveries=found, findings=[], seconds=1)


def told(*later, plan=SHORT, seen=None):
    """The recovery takes 12 s from a checkpoint 4.3 s old; a transaction opens 5 s before it."""
    found = recovery(a_plan(), observed_journal(), seen or observation())
    return too_short(plan, journal(*(later or (LOST, proved()))), found)


def test_records_lost_in_aborted_transactions_are_told_with_both_times():
    """10 s are not enough for a recovery that takes longer."""
    assert told() == (
        "12 records are in transactions that Kafka aborted: transaction time-out 10 s, "
        "but until the recovery a transaction was open for 20 s"
    )


def test_a_slow_checkpoint_opens_a_transaction_as_long():
    """Whichever is longer."""
    slow = observation(checkpoint(90, 45, duration_ms=30_000))
    assert "with the slowest checkpoint a transaction was open for 35 s" in told(seen=slow)


@pytest.mark.parametrize(
    ("later", "plan"),
    [
        ((counts(Copy.CHAOS), proved()), SHORT),
        ((LOST, proved(aborted=0)), SHORT),
        ((LOST,), SHORT),
        ((LOST, proved()), a_plan()),
        ((LOST, proved()), a_plan(pipeline="ad_events_short_transactions", delivery_guarantee="AT_LEAST_ONCE")),
    ],
)
def test_it_is_no_cause_where_it_cannot_be(later, plan):
    """Nothing lost, nothing aborted, nobody looked, a time-out of 600 s, a sink without transactions."""
    assert told(*later, plan=plan) == ""


@pytest.mark.parametrize(
    ("timeout", "marks", "spans", "age", "told"),
    [
        (15, {}, [90_000, 10_000], 0.0, ""),
        (14, {}, [90_000, 10_000], 0.0, "with the slowest checkpoint a transaction was open for 15 s"),
        (5, {}, [None], None, ""),
        (5, {}, [None, None], None, ""),
        (9, {"running": 12.0}, [None], 0.0, "until the recovery a transaction was open for 17 s"),
        (4, {}, [None, None], None, "with the slowest checkpoint a transaction was open for 5 s"),
        (
            9,
            {"felt": 2.0, "running": 12.0},
            [None, 10_000],
            0.0,
            "with the slowest checkpoint a transaction was open for 15 s",
        ),
        (9, {"felt": 2.0, "running": 12.0}, [None, 9_000], 0.0, "until the recovery a transaction was open for 15 s"),
    ],
)
def test_a_transaction_is_open_for_the_slowest_checkpoint_or_the_recovery_and_one_interval(
    timeout, marks, spans, age, told
):
    """From the fault on; what was not seen lasts no time, and a time-out that is just long enough is."""
    application = SHORT.pipeline.application.model_copy(update={"transaction_timeout_seconds": timeout})
    plan = SHORT.model_copy(update={"pipeline": SHORT.pipeline.model_copy(update={"application": application})})
    reached = [Mark(name=name, at_ms=0, seconds=seconds, clock="", seen="") for name, seconds in marks.items()]
    slowest = [CheckpointSpan(phase="", completed=0, failed=0, longest_ms=longest) for longest in spans]
    found = recovery(a_plan(), observed_journal(), observation())
    found = found.model_copy(update={"marks": reached, "checkpoints": slowest, "restored_age_seconds": age})
    assert too_short(plan, journal(LOST, proved()), found).partition("but ")[2] == told


def test_only_the_chaos_copy_has_lost_and_aborted_records():
    """Whichever copy was counted or proved last."""
    stable = proved(aborted=0).model_copy(update={"copy_": Copy.STABLE})
    assert told(LOST, proved(), counts(Copy.STABLE), stable) == told()


def test_without_samples_nothing_is_said_of_times():
    """A hint needs both."""
    assert too_short(SHORT, journal(LOST, proved()), None) == ""


def test_the_line_about_losses_tells_the_cause():
    """So the reason of the FAIL does."""
    verdict = judge(SHORT, journal(LOST, proved(), table(chaos=RECORDS - 9), *facts(), plan=SHORT), observation())
    assert (verdict.outcome, "transaction time-out 10 s" in verdict.reasons[0]) == ("FAIL", True)
