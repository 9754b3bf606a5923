import pytest
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import OpenTransaction, OpenTransactions
from flink_chaos.steps import stalling
from flink_chaos.steps.stalling import journal_open, open_on

from tests.unit.runs import a_run

OPEN = OpenTransaction(
    transactional_id="tx-0-1", state="Ongoing", age_seconds=31.4, timeout_seconds=600, partitions=[1]
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run on whose sink one transaction is open, with 7 records behind it."""
    monkeypatch.setattr(stalling, "open_transactions", lambda *_: [OPEN])
    monkeypatch.setattr(stalling, "end_offsets", lambda *_: {0: 5, 1: 19})
    monkeypatch.setattr(stalling, "last_stable_offsets", lambda *_: {0: 5, 1: 12})
    return a_run(tmp_path)


def refuse(*_):
    raise KafkaProblem("too old")


def test_who_waits_is_told_for_whom(run, monkeypatch):
    """Or only that something is open, where nobody can ask."""
    assert open_on(run, "t") == "a transaction is open on t: tx-0-1 since 31 s of 600 s"
    monkeypatch.setattr(stalling, "open_transactions", refuse)
    assert open_on(run, "t") == "a transaction is open on t"


def test_what_stays_open_is_a_fact_with_what_it_hides(run):
    """By partition."""
    journal_open(run, Copy.CHAOS)
    fact = run.journal.last(OpenTransactions)
    assert (fact.transactions, fact.behind) == ([OPEN], {1: 7})


def test_brokers_that_cannot_be_asked_leave_no_fact(run, monkeypatch):
    """Nothing is said then, and nothing fails."""
    monkeypatch.setattr(stalling, "open_transactions", refuse)
    journal_open(run, Copy.CHAOS)
    assert run.journal.facts == []
