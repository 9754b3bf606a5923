from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.kafka.lag import lag_of
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import LoadStarted, Steady
from flink_chaos.model.running_facts import Running
from flink_chaos.steps import reached, steadying
from flink_chaos.steps.run import RunEndsError
from flink_chaos.steps.steadying import check_steady, observe, require_load

from tests.unit.fake_clock import BEGIN, FakeClock
from tests.unit.flink.fake_jobmanager import FakeJobManager
from tests.unit.plans import AT
from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, mock_cluster):
    """A run of a thousand records whose loader has begun."""
    topic = mock_cluster.topic({0: 3})
    made = a_run(tmp_path, kafka=mock_cluster.kafka, data_count_to_load=1_000, records_per_second=10)
    made.attempt.append(LoadStarted(at=AT, topic=topic, begin=dict.fromkeys(range(4), 0)))
    return made


def test_a_load_that_goes_on_may_be_disturbed(run):
    """Three of a thousand records are there."""
    require_load(run)
    assert run.journal.last(Steady) is None


def test_no_fault_hits_an_idle_application(run, mock_cluster):
    """A finished load with lag 0 would be the steadiest state of all."""
    mock_cluster.write(run.journal.last(LoadStarted).topic, {0: 997})
    with pytest.raises(RunEndsError, match="all 1,000 records were loaded before the fault"):
        require_load(run)
    assert run.journal.last(Steady).ok is False


@pytest.fixture
def loading(tmp_path, cluster, fake_api, monkeypatch):
    """A run at 10 records a second whose 1,000th is in the source; its copies have committed nothing for 900 of them."""
    run = a_run(tmp_path, cluster, object(), data_count_to_load=2_000, records_per_second=10)
    run.attempt.append(LoadStarted(at=BEGIN, topic="ad-events", begin={0: 0}))
    lag = lag_of({0: 100}, {}, {0: 1_000})
    monkeypatch.setattr(reached, "LagReader", lambda _: type("Reader", (), {"read": lambda *_: lag}))
    monkeypatch.setattr(steadying, "growth", lambda *_: 1_000)
    told = {copy: FakeJobManager(positions={0: 989}) for copy in Copy}
    for copy, jobmanager in told.items():
        fake_api.services[f"flink/{run.plan.copies[copy].deployment}-rest:8081"] = jobmanager
    return run, told


def seen(run):
    clock = FakeClock()
    clock.sleep(100)
    with using(clock):
        return observe(run)


def test_a_copy_whose_commits_stay_behind_keeps_up_if_its_tasks_do(loading):
    """Commits are made as best Flink can: no demand rests on them."""
    run, told = loading
    assert (seen(run).ok, seen(run).lag) == (True, {Copy.STABLE: 10, Copy.CHAOS: 10})
    told[Copy.CHAOS].positions = {0: 99}
    assert (seen(run).ok, seen(run).lag[Copy.CHAOS]) == (False, 900)
    told[Copy.CHAOS].status = (503, {"kind": "Status"})
    assert (seen(run).ok, seen(run).lag[Copy.CHAOS]) == (False, 900)


def test_how_far_behind_is_keeping_up_follows_from_the_interval_that_runs(loading):
    """One that the program has set makes commits that much rarer."""
    run, told = loading
    for jobmanager in told.values():
        jobmanager.positions = None
    assert not seen(run).ok
    run.attempt.append(Running(at=AT, copy=Copy.CHAOS, job_id="j1", interval_ms=30_000, differences=[]))
    assert seen(run).ok


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"state": "FAILED", "tasks": {"failed": 2}}, "stable: 0 of 2 tasks ran, job FAILED"),
        ({"tasks": {"running": 1, "scheduled": 1}}, "stable: 1 of 2 tasks ran, job RUNNING"),
        ({"status": (503, {"kind": "Status"})}, "stable: no word of its job"),
    ],
    ids=["failed", "restarting", "silent"],
)
def test_a_copy_whose_job_does_not_run_is_not_steady(loading, monkeypatch, change, told):
    """However small its lag is yet: a fault would be compared with nothing."""
    run, jobmanagers = loading
    for name, value in change.items():
        setattr(jobmanagers[Copy.STABLE], name, value)
    kept = Steady(at=BEGIN, ok=True, message="5 records/s", lag={}, records_per_second=5)
    monkeypatch.setattr(steadying, "require_load", lambda _: None)
    monkeypatch.setattr(steadying, "observe", lambda _: kept.model_copy(update={"at": BEGIN + timedelta(hours=1)}))
    progress = check_steady(run)
    assert not progress.done
    assert told in progress.message
    assert run.journal.last(Steady) is None


def test_two_copies_that_run_and_keep_up_are_steady(loading, monkeypatch):
    run, _ = loading
    kept = Steady(at=BEGIN + timedelta(hours=1), ok=True, message="5 records/s", lag={}, records_per_second=5)
    monkeypatch.setattr(steadying, "require_load", lambda _: None)
    monkeypatch.setattr(steadying, "observe", lambda _: kept)
    assert check_steady(run).done
    assert run.journal.last(Steady) is not None
