from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowFailException
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.operators.selftest import SelfTestOperator
from flink_chaos.proof import count
from flink_chaos.steps import selftesting
from flink_chaos.store.records import Store
from flink_chaos.store.selftest import latest

AT = datetime(2026, 1, 4, 4, tzinfo=UTC)
CONTEXT = {"dag_run": SimpleNamespace(run_after=AT), "params": {"records": 1000}}


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An own store, and a Kafka that the tests do without."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    connection = Connection(conn_id="k", conn_type="kafka", extra='{"bootstrap.servers": "nowhere"}')
    monkeypatch.setattr(BaseHook, "get_connection", lambda _: connection)
    monkeypatch.setattr(
        selftesting, "_by_kafka", lambda _, planting: selftesting._proved(selftesting._in_memory(planting), planting)
    )
    return Store(tmp_path.as_uri())


def test_the_plantings_follow_from_the_date(store):
    """A run that is cleared tests the same again."""
    SelfTestOperator(task_id="selftest").execute(CONTEXT)
    assert (latest(store.root).ok, latest(store.root).seed) == (True, int(AT.timestamp()))


def test_a_failed_self_test_is_red_and_stored(store, monkeypatch):
    """So that verdicts tell it."""
    monkeypatch.setitem(count.OFFENDERS, "changed", "false")
    with pytest.raises(AirflowFailException, match="self-test FAILED"):
        SelfTestOperator(task_id="selftest").execute(CONTEXT)
    assert latest(store.root).ok is False


def test_kafka_that_does_not_serve_is_red_and_tests_nothing(store, monkeypatch):
    """No result is stored."""

    def away(*_):
        raise KafkaProblem("no answer")

    monkeypatch.setattr(selftesting, "_by_kafka", away)
    with pytest.raises(AirflowFailException, match="no answer"):
        SelfTestOperator(task_id="selftest").execute(CONTEXT)
    assert latest(store.root) is None


@pytest.mark.parametrize("records", [None, "x", -5, [1], 10**400, float("nan")])
def test_what_cannot_be_tested_is_one_line_of_the_task(store, records):
    """And stores nothing."""
    with pytest.raises(AirflowFailException) as failed:
        SelfTestOperator(task_id="selftest").execute({**CONTEXT, "params": {"records": records}})
    assert ("\n" in str(failed.value), latest(store.root)) == (False, None)
