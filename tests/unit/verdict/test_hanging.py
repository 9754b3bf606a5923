from flink_chaos.model.base import Copy
from flink_chaos.model.facts import OpenTransaction, OpenTransactions, TopicEnd
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.hanging import hanging_lines
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, a_plan, journal

PLAN = a_plan()
ENDED = TopicEnd(at=AT, topic=PLAN.copies[Copy.CHAOS].sink, offsets={0: 1}, last_stable={0: 1})
ONE = OpenTransaction(transactional_id="tx-0-1", state="Ongoing", age_seconds=31, timeout_seconds=600, partitions=[1])


def hanging(copy=Copy.CHAOS):
    return OpenTransactions(at=AT, copy=copy, transactions=[ONE], behind={1: 7})


def test_a_transaction_that_nobody_ended_breaks_the_contract():
    """With its name, and what nobody can read for it."""
    verdict = judge(PLAN, journal(ENDED, hanging()))
    told = "no hanging transaction: tx-0-1 Ongoing for 31 s: 7 records behind it cannot be read"
    assert (verdict.outcome, verdict.reasons) == ("FAIL", [f"{told}; demanded: none open after the stop"])


def test_brokers_that_name_none_do_not_excuse_it():
    """The last stable offset stands still all the same."""
    unknown = OpenTransactions(at=AT, copy=Copy.CHAOS, transactions=[], behind={1: 7})
    (line,) = hanging_lines(PLAN, journal(ENDED, unknown))
    assert (line.ok, line.seen) == (False, "one that the brokers do not name: 7 records behind it cannot be read")


def test_each_of_several_is_named():
    """Whoever has to abort them needs all names."""
    other = ONE.model_copy(update={"transactional_id": "tx-1-1", "age_seconds": 5})
    both = OpenTransactions(at=AT, copy=Copy.CHAOS, transactions=[ONE, other], behind={1: 7})
    seen = hanging_lines(PLAN, journal(ENDED, both))[0].seen
    assert seen.startswith("tx-0-1 Ongoing for 31 s; tx-1-1 Ongoing for 5 s: 7 records")


def test_the_end_of_another_topic_says_nothing_of_the_sink():
    """It was looked at only once its own end was."""
    assert hanging_lines(PLAN, Journal([ENDED.model_copy(update={"topic": "other"})])) == []


def test_a_closed_sink_has_none():
    """Its end was its last stable offset."""
    assert [(line.ok, line.seen) for line in hanging_lines(PLAN, journal(ENDED))] == [(True, "none")]


def test_it_is_the_chaos_copy_that_is_judged():
    """The control has its own reasons to be doubted."""
    assert hanging_lines(PLAN, journal(ENDED, hanging(Copy.STABLE)))[0].ok


def test_nothing_is_said_where_there_are_no_transactions_or_nobody_looked():
    """An at-least-once sink; a run that never came so far."""
    assert hanging_lines(a_plan(delivery_guarantee="AT_LEAST_ONCE"), journal(ENDED)) == []
    assert hanging_lines(PLAN, Journal([])) == []
