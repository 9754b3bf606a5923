import threading
from dataclasses import replace

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.leases import acquire, all_held, release
from flink_chaos.model.facts import StepFailed
from flink_chaos.steps import heartbeat, waits
from flink_chaos.steps.judging import abort
from flink_chaos.steps.run import Progress, Pulse, StepError
from flink_chaos.verdict.judge import judge

from tests.unit.cluster.fake_api import Lost
from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run


@pytest.fixture
def clock():
    """No time passes by itself."""
    found = FakeClock()
    with using(found):
        yield found


@pytest.fixture
def run(tmp_path, cluster, clock):
    """A run that has just taken its lock."""
    found = replace(a_run(tmp_path, cluster), pulse=Pulse())
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, {"of": "somebody"})
    return found


def renewed(run):
    (lock,) = all_held(run.cluster, run.namespace)
    return lock.renewed_at


def test_the_lock_is_renewed_once_a_minute(run, clock, fake_api):
    """Questions come every two seconds; the API server has other work."""
    moments = set()
    for _ in range(60):
        heartbeat.beat(run)
        moments.add(renewed(run))
        clock.sleep(2)
    assert len(moments) == 2
    assert all_held(run.cluster, run.namespace)[0].annotations["of"] == "somebody"


def test_an_outage_passes_and_is_asked_again_soon(run, clock, fake_api):
    """Not with each question: each would wait for the API server."""
    before = renewed(run)
    clock.sleep(100)
    fake_api.outage = [Lost(503)]
    heartbeat.beat(run)
    assert renewed(run) == before
    clock.sleep(heartbeat.AGAIN_SECONDS)
    heartbeat.beat(run)
    assert renewed(run) > before


def test_a_run_whose_lock_was_taken_away_ends(run, monkeypatch, clock):
    """Whoever took it removes its applications: what it would see then is not their failure."""
    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(lambda _: Progress(done=True, message=""), None, lambda _: 1))
    release(run.cluster, run.namespace, run.plan.lease, run.plan.run_key)
    with pytest.raises(StepError, match="is not this run's any more"):
        waits.ask(waits.WAITS["test"], run)


@pytest.mark.parametrize("name", ["lock", "removal", "observe", "observed"])
def test_whoever_has_no_lock_yet_or_no_more_is_not_asked_for_it(name):
    """The removal ends with its release."""
    wait = waits.WAITS[name]
    assert not (wait.stoppable and wait.locked)


def test_it_is_renewed_beside_work_that_asks_nothing(run, monkeypatch):
    """A comparison of a large topic takes minutes."""
    beats = threading.Event()
    monkeypatch.setattr(heartbeat, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "beat", lambda _run: beats.set())
    with heartbeat.beating(run):
        assert beats.wait(10)


def test_a_run_that_lost_its_lock_is_told_by_that_and_not_by_what_came_of_it(run):
    """Applications that somebody else took away look as if they had failed."""
    abort(run.attempt, "catch up", "FlinkDeployment c is gone")
    release(run.cluster, run.namespace, run.plan.lease, run.plan.run_key)
    heartbeat.journal_loss(run)
    reasons = judge(run.plan, run.journal).reasons
    assert "is not this run's any more" in reasons[0]
    assert reasons[1] == "catch up: FlinkDeployment c is gone"


def test_a_lock_that_is_held_and_one_that_cannot_be_read_are_no_loss(run, fake_api):
    """An API server that is away tells nothing."""
    heartbeat.journal_loss(run)
    fake_api.outage = [Lost(503)]
    heartbeat.journal_loss(run)
    assert not run.journal.all(StepFailed)
