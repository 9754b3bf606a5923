"""The moment of effect is a fact of the run's own waits."""

from types import SimpleNamespace

import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import CHAOS_RESULTS, EVENTS, PODS
from flink_chaos.litmus.engine import pod_label, result_name
from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import FaultHit, HitByOthers, JobSeen
from flink_chaos.model.facts import FaultStarted, PodsSeen, TargetsChosen
from flink_chaos.steps import effect
from flink_chaos.steps.aiming import candidates
from flink_chaos.steps.effect import see_hit, see_job, settle_hit
from flink_chaos.steps.run import Run

from tests.unit.cluster.fake_api import Lost
from tests.unit.plans import AT, a_target, job_seen
from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, cluster, monkeypatch):
    """A run whose fault was asked for; 5,000 records are loaded, and a lag of 700 is told for each copy."""
    monkeypatch.setattr(effect, "grown", lambda _run: 5_000)
    monkeypatch.setattr(effect, "LagReader", lambda _kafka: SimpleNamespace(read=lambda *_: SimpleNamespace(total=700)))
    run = a_run(tmp_path, cluster)
    key, _, value = pod_label(run.plan).partition("=")
    metadata = {"name": "chaos-tm-1", "namespace": "flink", "labels": {key: value}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}, "status": {"phase": "Running"}}
    uid = cluster.create(PODS, "flink", pod)["metadata"]["uid"]
    run.attempt.append(TargetsChosen(at=AT, targets=[a_target(uid=uid)]))
    return run


def test_it_is_taken_down_once_when_the_first_target_is_gone(run):
    """With what was in flight then, and not again when the next look finds more."""
    see_hit(run)
    assert run.journal.last(FaultHit) is None
    run.cluster.delete(PODS, "flink", "chaos-tm-1")
    see_hit(run)
    see_hit(run)
    (fact,) = run.journal.all(FaultHit)
    assert (fact.what, fact.written, fact.wanted) == ("pod chaos-tm-1 is gone", 5_000, 200_000)
    assert fact.lag == {Copy.STABLE: 700, Copy.CHAOS: 700}


@pytest.mark.parametrize(("packets", "struck"), [(0, False), (3, True)])
def test_a_latency_took_effect_with_its_first_packets(tmp_path, cluster, run, packets, struck):
    """Its pods stay where they are."""
    late = a_run(tmp_path / "other", cluster, fault="network_latency")
    told = f'{{"pod": "chaos-tm-1", "packets": {packets}}}'
    metadata = {"name": result_name(late.plan), "annotations": {"flink-chaos.io/delay-0": told}}
    cluster.create(
        CHAOS_RESULTS, "flink", {"apiVersion": "litmuschaos.io/v1alpha1", "kind": "ChaosResult", "metadata": metadata}
    )
    see_hit(late)
    assert (late.journal.last(FaultHit) is not None) is struck


def announce(run, uid="engine-1"):
    """The event that an experiment writes about its ChaosEngine before it injects."""
    about = {"kind": "ChaosEngine", "name": run.plan.engine, "uid": uid}
    metadata = {"name": f"ChaosInject{uid}", "namespace": "flink"}
    times = dict.fromkeys(("firstTimestamp", "lastTimestamp"), "2026-01-01T00:00:00Z")
    event = {"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, **times}
    run.cluster.create(EVENTS, "flink", event | {"reason": "ChaosInject"})


@pytest.mark.parametrize(
    ("early", "late", "whose"),
    [("engine-1", "", "ours"), ("", "engine-1", "others"), ("", "", "ours"), ("engine-0", "engine-1", "others")],
)
def test_a_pod_that_goes_before_litmus_announces_its_injection_was_taken_by_somebody_else(run, early, late, whose):
    """Experiments that announce nothing leave it open; the word of another engine counts for nothing."""
    run.attempt.append(FaultStarted(at=AT, engine=run.plan.engine, uid="engine-1"))
    if early:
        announce(run, early)
    run.cluster.delete(PODS, "flink", "chaos-tm-1")
    see_hit(run)
    if late:
        announce(run, late)
    settle_hit(run)
    settle_hit(run)
    told = [fact.what for fact in run.journal.all(HitByOthers)]
    assert told == ([] if whose == "ours" else ["pod chaos-tm-1 is gone, before Litmus announced its injection"])


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ({}, []),
        ({"jobmanagers": ["jm2"]}, ["its JobManager's pod was replaced"]),
        ({"jobmanagers": []}, ["its JobManager has no pod"]),
        ({"state": "RESTARTING"}, ["4 of 4 tasks ran, job RESTARTING"]),
        ({"restarts": 1}, ["it was restarted, 1 times in all"]),
        ({"job_id": ""}, []),
    ],
)
def test_what_the_job_tells_while_every_target_is_there_the_fault_did_not_do(run, look, told):
    """Once; an answer that does not come tells nothing."""
    run.attempt.append(job_seen("before the fault", jobmanagers=["jm1"]))
    run.attempt.append(job_seen("in the fault", **{"jobmanagers": ["jm1"]} | look))
    see_hit(run)
    see_hit(run)
    assert [fact.what for fact in run.journal.all(HitByOthers)] == told
    run.cluster.delete(PODS, "flink", "chaos-tm-1")
    see_hit(run)
    assert run.journal.last(FaultHit) is not None


def test_what_happens_once_litmus_has_announced_itself_nobody_else_is_blamed_for(run):
    """Its strike and our two looks may fall together."""
    run.attempt.append(FaultStarted(at=AT, engine=run.plan.engine, uid="engine-1"))
    announce(run)
    run.attempt.append(job_seen("before the fault"))
    run.attempt.append(job_seen("in the fault", restarts=1))
    see_hit(run)
    assert run.journal.last(HitByOthers) is None


def test_of_several_strikes_any_pod_is_the_target(tmp_path, cluster, run):
    """Litmus chooses them itself by their share; what it takes first is the effect."""
    often = a_run(tmp_path / "other", cluster, duration_seconds=30, interval_seconds=10)
    key, _, value = pod_label(often.plan).partition("=")
    for name in ("chaos-tm-8", "chaos-tm-9"):
        metadata = {"name": name, "namespace": "flink", "labels": {key: value}}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}, "status": {"phase": "Running"}}
        uid = cluster.create(PODS, "flink", pod)["metadata"]["uid"]
    often.attempt.append(TargetsChosen(at=AT, targets=[a_target(uid=uid)]))
    often.attempt.append(PodsSeen(at=AT, pods={pod.uid: pod.name for pod in candidates(often)}))
    often.attempt.append(job_seen("before the fault"))
    often.attempt.append(job_seen("in the fault", tasks_running=2))
    see_hit(often)
    assert (often.journal.last(FaultHit), often.journal.last(HitByOthers)) == (None, None)
    cluster.delete(PODS, "flink", "chaos-tm-8")
    see_hit(often)
    assert often.journal.last(FaultHit).what == "pod chaos-tm-8 is gone"


@pytest.mark.parametrize(("status", "raises"), [(403, False), (503, True)])
def test_where_events_may_not_be_read_nobody_is_blamed(run, fake_api, status, raises):
    """The preflight warned of that; an API server that is away is asked again."""
    fake_api.forbidden = {("list", "events")} if status == 403 else set()
    run.cluster.delete(PODS, "flink", "chaos-tm-1")
    if raises:
        fake_api.outage = [None, Lost(status, reason="ServiceUnavailable")]
        with pytest.raises(ClusterError):
            see_hit(run)
        return
    see_hit(run)
    settle_hit(run)
    assert (run.journal.last(FaultHit).announced, run.journal.last(HitByOthers)) == (True, None)


def test_what_a_job_suffers_from_late_packets_nobody_else_did(tmp_path, cluster):
    """The experiment tells of its packets when it likes."""
    late = a_run(tmp_path, cluster, fault="network_latency")
    late.attempt.append(job_seen("before the fault"))
    late.attempt.append(job_seen("in the fault", restarts=1))
    see_hit(late)
    assert late.journal.last(HitByOthers) is None


@pytest.mark.parametrize(
    ("moment", "slots", "missing"),
    [
        ("before the fault", {"-taskmanager-1-1": 1, "-taskmanager-1-2": 0}, ["-taskmanager-1-1"]),
        ("before the fault", {"-taskmanager-1-3": 1}, []),
        ("steady", {"-taskmanager-1-1": 1}, []),
    ],
)
def test_a_taskmanager_at_work_without_a_pod_is_missing(run, monkeypatch, moment, slots, missing):
    """The JobManager believes in it until it misses heartbeats; one that is not named after a pod says nothing."""
    deployment = run.plan.copies[Copy.CHAOS].deployment
    labels = {"app": deployment, "component": "taskmanager"}
    metadata = {"name": f"{deployment}-taskmanager-1-3", "namespace": "flink", "labels": labels}
    run.cluster.create(PODS, "flink", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}})
    there = a_jobmanager()
    there.used_slots = lambda: {deployment + name: used for name, used in slots.items()} | {"10.0.0.1:43-a": 1}
    monkeypatch.setattr(Run, "jobmanager", lambda *_: there)
    assert see_job(run, Copy.CHAOS, moment).missing == [deployment + name for name in missing]


def a_jobmanager():
    """One whose job runs."""
    told = SimpleNamespace(id="j1", state="RUNNING", tasks={"RUNNING": 3, "FINISHED": 1})
    seen = SimpleNamespace(restored_id=None, failed=0)
    return SimpleNamespace(job=lambda: told, checkpoints=lambda _: seen, restarts=lambda _: 0, failures=lambda _: [])


def test_a_job_is_taken_down_when_it_has_changed(run, monkeypatch):
    """A look every two seconds that tells nothing new is no fact."""
    there = a_jobmanager()
    told = there.job()
    monkeypatch.setattr(Run, "jobmanager", lambda *_: there)
    for _ in range(3):
        see_job(run, Copy.CHAOS, "in the fault")
    told.tasks = {"RUNNING": 2, "CREATED": 1, "FINISHED": 1}
    see_job(run, Copy.CHAOS, "in the fault")
    there.job = lambda: None
    see_job(run, Copy.CHAOS, "in the fault")
    looks = [(look.job_id, look.tasks_running, look.tasks, look.runs) for look in run.journal.all(JobSeen)]
    assert looks == [("j1", 3, 3, True), ("j1", 2, 3, False), ("", 0, 0, False)]
