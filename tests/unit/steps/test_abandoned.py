from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.objects import Cluster
from flink_chaos.cluster.resources import CHAOS_ENGINES, CONFIG_MAPS, FLINK_DEPLOYMENTS, LEASES
from flink_chaos.model.footprint import UNDOING, footprint_of
from flink_chaos.steps import abandoned, halting, leftovers, locking, undoing, waits
from flink_chaos.steps.remains import Notes, Remains, remains_without_record, with_record
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import ROOT

from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run

KEY = "r0123456789"


@pytest.fixture
def clock():
    """No time passes by itself."""
    found = FakeClock()
    with using(found):
        yield found


@pytest.fixture
def run(tmp_path, cluster, monkeypatch, clock):
    """A run at work: it holds its lock and has an application."""
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr(undoing, "groups_ending", lambda _kafka, end: [f"g{end}"])
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    found = a_run(tmp_path, cluster, fault="node_drain")
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, footprint_of(found.plan).annotations)
    owns(found, FLINK_DEPLOYMENTS, "stable", found.plan.run_key)
    return found


def owns(run, kind, name, key):
    metadata = {"name": name, "namespace": run.namespace, "labels": {"flink-chaos.io/run": key}}
    return run.cluster.create(kind, run.namespace, {"metadata": metadata, "spec": {}})


def found(run, is_alive=lambda _: False):
    return [one.run_key for one in abandoned.abandoned(run.cluster, run.namespace, is_alive)]


def test_a_run_that_renews_its_lock_is_left_alone(run, clock):
    """However long it lasts."""
    clock.sleep(abandoned.SILENT.total_seconds() - 60)
    assert found(run) == []


def test_a_run_that_was_silent_for_a_quarter_of_an_hour_is_found(run, clock):
    """By its lock, with all that this tells."""
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    (one,) = abandoned.abandoned(run.cluster, run.namespace, lambda _: False)
    assert (one.run_key, one.dag_id, one.run_id) == (run.plan.run_key, run.plan.dag_id, run.plan.run_id)


@pytest.mark.parametrize("late", [timedelta(minutes=16), timedelta(hours=-24)], ids=["behind", "ahead"])
def test_clocks_that_differ_make_no_run_silent_and_none_alive(run, clock, fake_api, late):
    """Worker, laptop and janitor have clocks of their own: the API server's counts."""
    fake_api.ahead = late  # as a worker sees it whose clock goes wrong by so much
    locking.renew(run)
    fake_api.ahead, clock.at = timedelta(0), clock.at + late
    assert found(run) == []
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    assert found(run) == [run.plan.run_key]


def test_whoever_knows_better_decides(run, clock):
    """Airflow knows that a run waits for a worker."""
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    asked = []
    assert found(run, lambda one: not asked.append(one.run_id)) == []
    assert asked == [run.plan.run_id]


def test_leases_of_others_are_none_of_ours(run, clock):
    """Operators elect their leaders so."""
    acquire(run.cluster, run.namespace, "flink-operator-lease", "flink-operator-7d9f")
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    assert found(run) == [run.plan.run_key]


@pytest.mark.parametrize("kind", [FLINK_DEPLOYMENTS, CHAOS_ENGINES, CONFIG_MAPS], ids=lambda kind: kind.plural)
def test_what_has_a_runs_label_and_no_lock_is_found(run, kind):
    """Somebody deleted the lease by hand; what has another label's value is not ours."""
    owns(run, kind, "orphan", KEY)
    owns(run, kind, "strange", "not-a-key")
    assert found(run) == [KEY]


def test_a_kind_that_is_not_installed_hides_no_other(run, monkeypatch):
    """Without Litmus there are no engines."""
    owns(run, CONFIG_MAPS, "orphan", KEY)
    real = Cluster.list

    def maybe(self, kind, *args, **kwargs):
        if kind == CHAOS_ENGINES:
            raise ClusterError("no such kind", 404)
        return real(self, kind, *args, **kwargs)

    monkeypatch.setattr(Cluster, "list", maybe)
    assert found(run) == [KEY]


def test_what_a_dead_run_left_goes_with_its_lock_and_it_is_aborted(run, clock):
    """As its record is there, its end stands in it."""
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    (one,) = abandoned.abandoned(run.cluster, run.namespace, lambda _: False)
    assert abandoned.undo(with_record(one, run.cluster, run.kafka), lambda _: None)
    assert run.cluster.list(FLINK_DEPLOYMENTS, run.namespace) == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None
    assert run.attempt.verdict().outcome == "ABORTED"
    assert found(run) == []


def test_without_a_record_the_lease_tells_enough(run, clock, monkeypatch):
    """The store is another machine's, or gone; its groups are found by their names."""
    monkeypatch.setenv(ROOT, "memory://nowhere")
    removed = []
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, group: not removed.append(group))
    remains = abandoned.find(run.cluster, run.kafka, run.namespace, run.plan.run_key)
    assert abandoned.undo(remains, lambda _: None)
    assert run.cluster.list(FLINK_DEPLOYMENTS, run.namespace) == []
    assert holder_of(run.cluster, run.namespace, run.plan.lease) is None
    assert removed == [f"g.{run.plan.run_key}"]


def test_a_run_that_comes_back_to_life_finds_that_it_must_end(run, monkeypatch):
    """Its lock is another's before anything is removed, and its record says so."""
    seen = []
    real = undoing.remove

    def look_first(remains):
        seen.append(holder_of(run.cluster, run.namespace, run.plan.lease))
        real(remains)

    monkeypatch.setattr(undoing, "remove", look_first)
    remains = Remains(footprint_of(run.plan), run.cluster, run.kafka, Notes(run.attempt))
    abandoned.undo(remains, lambda _: None)
    assert seen[0] == UNDOING + run.plan.run_key
    with pytest.raises(StepError):
        halting.obey(run.attempt)


def test_an_undo_that_was_killed_is_gone_on_with(run, clock):
    """Its lock is silent too."""
    run.cluster.list(FLINK_DEPLOYMENTS, run.namespace)
    abandoned.claim(remains_without_record(footprint_of(run.plan), run.cluster, run.kafka))
    assert found(run) == []
    clock.sleep(abandoned.SILENT.total_seconds() + 60)
    assert found(run) == [run.plan.run_key]


def test_what_stays_is_told_and_the_lock_stays(run, monkeypatch):
    """Within the time of a removal."""
    monkeypatch.setattr(Cluster, "delete", lambda *_args, **_kwargs: False)
    said = []
    remains = abandoned.find(run.cluster, run.kafka, run.namespace, run.plan.run_key)
    assert not abandoned.undo(remains, said.append)
    assert "not all was taken away: still there: flinkdeployments/stable" in said[-1]
    assert holder_of(run.cluster, run.namespace, run.plan.lease) == UNDOING + run.plan.run_key


def test_a_run_that_cannot_be_taken_away_keeps_no_other_waiting(tmp_path, run, clock, cluster):
    """All faults end at once, however many operators are away."""
    stuck = [a_run(tmp_path, cluster, run_id=f"stuck{number}") for number in range(3)]
    for one in stuck:
        metadata = {"name": one.plan.engine, "namespace": one.namespace, "labels": one.plan.labels}
        cluster.create(CHAOS_ENGINES, one.namespace, {"metadata": {**metadata, "finalizers": ["x"]}, "spec": {}})
    begin, said = clock.monotonic(), []
    runs = [Remains(footprint_of(one.plan), cluster, run.kafka, Notes(one.attempt)) for one in (*stuck, run)]
    left = abandoned.undo_all(runs, lambda key, message: said.append((key, round(clock.monotonic() - begin), message)))
    assert left == [one.plan.run_key for one in stuck]
    assert (run.plan.run_key, 0, "nothing left") in said
    assert clock.monotonic() - begin < waits.REMOVAL_SECONDS + 10
    assert {one["spec"]["engineState"] for one in cluster.list(CHAOS_ENGINES, run.namespace)} == {"stop"}


def test_a_copy_of_a_lease_goes_with_it(run):
    """Or the topics of its name would be blocked for ever."""
    lease = run.cluster.get(LEASES, run.namespace, run.plan.lease)
    copy = {**lease, "metadata": {"name": "copy", "namespace": run.namespace}}
    run.cluster.create(LEASES, run.namespace, copy)
    assert abandoned.undo(with_record(footprint_of(run.plan), run.cluster, run.kafka), lambda _: None)
    assert run.cluster.list(LEASES, run.namespace) == []


def test_a_key_of_nothing_is_told(run):
    """A slip of the pen is no success."""
    with pytest.raises(StepError, match=f"nothing of run {KEY} is in namespace {run.namespace}"):
        abandoned.find(run.cluster, run.kafka, run.namespace, KEY)


def test_a_run_without_lease_is_found_by_what_bears_its_key(run):
    """Its label, or its name."""
    owns(run, CONFIG_MAPS, "orphan", KEY)
    assert abandoned.find(run.cluster, run.kafka, run.namespace, KEY).footprint.lease == ""


def test_silence_is_longer_than_a_step_may_wait_for_a_worker():
    """A task may work for 15 minutes, and renews the lock all the while."""
    assert timedelta(minutes=15) <= abandoned.SILENT
