import pytest
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS
from flink_chaos.model.footprint import footprint_of
from flink_chaos.steps import leftovers, undoing
from flink_chaos.steps.superseding import end_earlier
from flink_chaos.store.records import ROOT

from tests.unit.runs import a_run


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Where attempts are, and a Kafka without groups and transactions."""
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(undoing, "delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    return tmp_path


def at_work(store, cluster, **parameters):
    """An attempt that holds the lock and has an application."""
    run = a_run(store, cluster, **parameters)
    acquire(cluster, run.namespace, run.plan.lease, run.plan.run_key, footprint_of(run.plan).annotations)
    metadata = {"name": f"chaos-{run.plan.run_key}", "namespace": run.namespace, "labels": run.plan.labels}
    cluster.create(FLINK_DEPLOYMENTS, run.namespace, {"metadata": metadata, "spec": {}})
    return run


def test_the_attempt_that_lost_its_tasks_is_ended_by_the_next_one(store, cluster):
    """It would have no verdict, and hold the lock for ever."""
    first, said = at_work(store, cluster), []
    end_earlier(a_run(store, cluster, attempt=2), said.append)
    assert first.attempt.verdict().outcome == "ABORTED"
    assert cluster.list(FLINK_DEPLOYMENTS, first.namespace) == []
    assert holder_of(cluster, first.namespace, first.plan.lease) is None
    assert said[0] == f"attempt 1 ({first.plan.run_key}) never ended: what it left is taken away"


def test_a_run_of_another_id_is_left_alone(store, cluster):
    """It may be at work."""
    other = at_work(store, cluster, run_id="another")
    end_earlier(a_run(store, cluster, attempt=2), lambda _: None)
    assert other.attempt.verdict() is None


def test_an_attempt_that_has_ended_is_left_alone(store, cluster, monkeypatch):
    """Its verdict stands; what it left, the lock finds."""
    first = at_work(store, cluster)
    first.attempt.close(a_verdict(first))
    monkeypatch.setattr("flink_chaos.steps.superseding.undo", lambda *_: pytest.fail("it has ended"))
    end_earlier(a_run(store, cluster, attempt=2), lambda _: None)


def test_a_first_attempt_asks_for_no_other(store, cluster, monkeypatch):
    """Two shells may have made a run of the same name at once."""
    monkeypatch.setenv(ROOT, "memory://nowhere")
    end_earlier(a_run(store, cluster), lambda _: pytest.fail("there is none"))


def test_a_record_that_cannot_be_read_ends_nothing(store, cluster):
    """The janitor finds what it left by its lease."""
    first = at_work(store, cluster)
    (first.attempt.folder / "plan.json").write_text("{")
    end_earlier(a_run(store, cluster, attempt=2), lambda _: None)
    assert holder_of(cluster, first.namespace, first.plan.lease) == first.plan.run_key


def a_verdict(run):
    from flink_chaos.verdict.judge import judge

    return judge(run.plan, run.journal)
