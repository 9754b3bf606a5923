import pytest
from flink_chaos.clock import now_ms
from flink_chaos.cluster.resources import PODS
from flink_chaos.flink.answers import Checkpoints, Failure, Job
from flink_chaos.kafka.lag import Lag
from flink_chaos.kafka.topics import end_offsets
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Checkpoint, TopicBegin
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.steps.looks import FlinkLook, KafkaLook, PodsLook

from tests.unit.plans import AT
from tests.unit.runs import a_run


class FakeJobManager:
    """A job that runs, with one completed and one running checkpoint."""

    def __init__(self):
        self.history = [a_checkpoint(7, "COMPLETED", trigger_ms=5_000), a_checkpoint(8, "IN_PROGRESS", 10_000)]
        self.listed = 0

    def job(self):
        return Job("j1", "RUNNING", {"RUNNING": 2})

    def checkpoints(self, _job):
        return Checkpoints(7, 0, 0, 7, 5_000, None, None, self.history)

    def restarts(self, _job):
        return 1

    def now_ms(self, _job):
        return now_ms() + 4_000

    def metric_names(self, _job):
        self.listed += 1
        return {"v1": ["busy", "x.pendingRecords"]} if self.listed > 1 else {"v1": ["busy"]}

    def work(self, _job, names):
        return (3 if len(names["v1"]) > 1 else None), 0.5

    def failures(self, _job):
        return [Failure(4_000, "Old", "", ""), Failure(9_000, "New", "t", "why")]


def a_checkpoint(number, status, trigger_ms):
    return Checkpoint(id=number, status=status, is_savepoint=False, trigger_ms=trigger_ms, duration_ms=100)


@pytest.fixture
def look(tmp_path, cluster):
    found = FlinkLook(a_run(tmp_path, cluster), Copy.CHAOS, since_ms=500)
    found.jobmanager = FakeJobManager()
    return found


def test_a_job_is_told_with_its_tasks_and_checkpoints(look):
    """Metrics that come late are looked for again."""
    first, second = look()[0], look()[0]
    assert (first["pending_lag"], second["pending_lag"], second["busy"]) == (None, 3, 0.5)
    assert (second["job_id"], second["tasks"], second["tasks_running"], second["checkpoint_id"]) == ("j1", 2, 2, 7)


def test_what_ended_is_told_once(look):
    """Neither a checkpoint in progress nor a failure from before the look began."""
    told = [one for _ in range(3) for one in look()[1] if one.kind != "clock"]
    assert [getattr(one, "checkpoint", one).__class__.__name__ for one in told] == ["Checkpoint", "FailureSeen"]
    assert (told[0].checkpoint.id, told[1].name) == (7, "New")


@pytest.mark.parametrize("ahead_ms", [-600_000, 600_000])
def test_what_is_new_is_told_by_flinks_own_clock(look, ahead_ms):
    """One that is ten minutes behind would tell nothing, and one ahead everything."""
    there = now_ms() + ahead_ms
    look.since_ms = now_ms() - 30_000
    look.jobmanager.now_ms = lambda _: there
    look.jobmanager.history = [
        a_checkpoint(7, "COMPLETED", there - 60_000),
        a_checkpoint(8, "COMPLETED", there - 9_000),
    ]
    look.jobmanager.failures = lambda _: [Failure(there - 60_000, "Old", "", ""), Failure(there - 9_000, "New", "", "")]
    told = look()[1]
    assert [one.checkpoint.id for one in told if one.kind == "checkpoint"] == [8]
    assert [one.name for one in told if one.kind == "failure"] == ["New"]


def test_checkpoints_that_completed_are_handed_on_once(look):
    """Not what failed, and no savepoint: nobody compares their barriers."""
    savepoint = a_checkpoint(10, "COMPLETED", 7_000).model_copy(update={"is_savepoint": True})
    look.jobmanager.history += [a_checkpoint(9, "FAILED", 6_000), savepoint]
    assert [len(look()[1]) for _ in range(2)] == [5, 0]
    assert [(one.job_id, one.checkpoint.id) for one in look.completed] == [("j1", 7)]


def test_the_jobmanagers_clock_is_told_once_beside_ours(look):
    """With how exactly that can be known."""
    (clock,) = [one for _ in range(3) for one in look()[1] if one.kind == "clock"]
    assert abs(clock.ahead_ms - 4_000) <= clock.within_ms + 5


def test_a_jobmanager_that_is_away_leaves_everything_empty(look, monkeypatch):
    """It is a look all the same."""
    monkeypatch.setattr(look.jobmanager, "job", lambda: None)
    assert look() == ({}, [])


def test_pods_are_told_when_something_about_them_changed(tmp_path, cluster, fake_api):
    """One that is on its way out is none that is ready."""
    run = a_run(tmp_path, cluster)
    labels = run.plan.labels | {COPY_LABEL: "chaos"}
    pod = {"metadata": {"name": "p", "namespace": "flink", "labels": labels}, "spec": {"nodeName": "node1"}}
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    ready["containerStatuses"] = [{"imageID": "flink@sha256:0a1b"}]
    fake_api.put(PODS, pod | {"apiVersion": "v1", "kind": "Pod", "status": ready})
    look = PodsLook(run, Copy.CHAOS)
    (fields, changed), (_, same) = look(), look()
    assert (fields, len(changed), same) == ({"pods": 1, "pods_ready": 1}, 1, [])
    told = next(iter(changed[0].pods.values()))
    assert (told.node, told.image) == ("node1", "flink@sha256:0a1b")


def test_kafka_is_counted_from_where_the_run_began(tmp_path, mock_cluster, monkeypatch):
    """Topics are used again and again; the mock has no groups, so the lag itself is the lab's to test."""
    run = a_run(tmp_path, kafka=mock_cluster.kafka)
    source, sink = run.plan.pipeline.topics.source, run.plan.copies[Copy.CHAOS].sink
    for topic in (source, sink):
        mock_cluster.owner.list_topics(topic, timeout=5)
        run.attempt.append(TopicBegin(at=AT, topic=topic, offsets=end_offsets(run.kafka, topic)))
    look = KafkaLook(run, Copy.CHAOS)
    monkeypatch.setattr(look.lag, "read", lambda *_, **__: Lag(7, {}, {}, {}))
    mock_cluster.write(source, {0: 3, 1: 2})
    mock_cluster.write(sink, {2: 4})
    assert look() == ({"loaded": 5, "committed_lag": 7, "written": 4, "visible": 4}, [])
