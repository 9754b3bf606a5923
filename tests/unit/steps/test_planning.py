"""A run is planned as an attempt of its own, whoever else plans the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flink_chaos.steps.planning import make_plan
from flink_chaos.store.records import ExistsError, Store

TOGETHER = 6


@pytest.fixture(params=["file", "memory"])
def store(tmp_path, request):
    """On a disk, and in an object store as far as Python can tell."""
    return Store(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def made(store):
    return make_plan(store, dag_id="no_fault", run_id="cli__1", fault="no_fault", parameters={})


def test_those_who_plan_the_same_run_at_once_make_an_attempt_each(store):
    """Two shells that begin in the same second."""
    gate = threading.Barrier(TOGETHER)

    def together(_):
        gate.wait(60)
        return made(store)

    with ThreadPoolExecutor(TOGETHER) as pool:
        plans = [*pool.map(together, range(TOGETHER))]
    assert sorted(plan.attempt for plan in plans) == [*range(1, TOGETHER + 1)]
    assert sorted(attempt.plan().attempt for attempt in store.attempts()) == [*range(1, TOGETHER + 1)]


def test_a_number_that_is_taken_for_ever_is_told(store, monkeypatch):
    """Nobody plans without end."""
    made(store)
    monkeypatch.setattr(Store, "next_attempt", lambda *_: 1)
    with pytest.raises(ExistsError, match="exists already"):
        made(store)
