import pytest
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.suites import Suites
from flink_chaos.verdict.suite import judge_suite

from tests.unit.suites import a_catalogue, ended, planned


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def test_a_suite_comes_back_as_it_was_stored(store, tmp_path):
    """Beside the runs, which do not see it."""
    plan = planned(store, a_catalogue(tmp_path))
    assert (Suites(store).record(plan.suite_key).plan(), store.attempts()) == (plan, [])


def test_a_suite_has_one_verdict(store, tmp_path):
    """A record is never overwritten."""
    plan = planned(store, a_catalogue(tmp_path))
    record = Suites(store).record(plan.suite_key)
    record.close(judge_suite(plan, {}))
    with pytest.raises(StoreError, match="exists already"):
        record.close(judge_suite(plan, {}))


def test_attempts_are_counted_by_run(store, tmp_path):
    """A cleared suite begins another one; another run of the suite its own."""
    catalogue = a_catalogue(tmp_path)
    plans = [planned(store, catalogue, run_id) for run_id in ("manual__1", "manual__1", "manual__2")]
    assert [plan.attempt for plan in plans] == [1, 2, 1]
    assert [record.plan() for record in Suites(store).all()] == plans


@pytest.mark.parametrize("key", ["s0123456789", "r0123456789", "../keys", ""])
def test_an_unknown_suite_is_said_so(store, key):
    """And no path leads out of the store."""
    with pytest.raises(StoreError, match="no suite"):
        Suites(store).record(key)


def test_the_newest_attempt_of_a_run_is_found(store, tmp_path):
    """The tenth comes after the ninth; a run that never began has none."""
    run = planned(store, a_catalogue(tmp_path)).runs[0]
    assert store.latest(run.fault, run.run_id) is None
    for _ in range(10):
        ended(store, run)
    assert store.latest(run.fault, run.run_id).plan().attempt == 10
