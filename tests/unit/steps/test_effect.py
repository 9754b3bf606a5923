"""The moment of effect is a fact of the run's own waits."""

from types import SimpleNamespace

import pytest
from flink_chaos.cluster.resources import CHAOS_RESULTS, NODES, PODS
from flink_chaos.litmus.engine import pod_label, result_name
from flink_chaos.model.base import Copy
from flink_chaos.model.effect_facts import FaultHit, JobSeen
from flink_chaos.model.facts import Evidence, TargetsChosen
from flink_chaos.model.journal import Journal
from flink_chaos.steps import effect
from flink_chaos.steps.effect import see_hit, see_job
from flink_chaos.steps.run import Run
from flink_chaos.verdict.effect import effect_doubts

from tests.unit.plans import AT, a_target
from tests.unit.runs import a_run

FELT = Evidence(at=AT, felt=True, message="")


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


@pytest.mark.parametrize(
    ("cordoned", "acting", "ours"), [(True, True, True), (False, True, False), (False, False, True)]
)
def test_a_pod_that_goes_before_its_node_is_cordoned_was_taken_by_somebody_else(
    tmp_path, cluster, run, cordoned, acting, ours
):
    """A drain cordons first; once it has ended nobody can tell any more."""
    drained = a_run(tmp_path / "other", cluster, fault="node_drain")
    drained.attempt.append(TargetsChosen(at=AT, targets=[a_target(uid="gone")], node="node2"))
    cluster.create(
        NODES,
        None,
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node2"}, "spec": {"unschedulable": cordoned}},
    )
    see_hit(drained, acting=acting)
    fact = drained.journal.last(FaultHit)
    assert fact.by_fault is ours
    assert any("somebody else" in told for told in effect_doubts(drained.plan, Journal([FELT, fact]))) is not ours


def test_a_job_is_taken_down_when_it_has_changed(run, monkeypatch):
    """A look every two seconds that tells nothing new is no fact."""
    told = SimpleNamespace(id="j1", state="RUNNING", tasks={"RUNNING": 3, "FINISHED": 1})
    seen = SimpleNamespace(restored_id=None, failed=0)
    there = SimpleNamespace(job=lambda: told, checkpoints=lambda _: seen, restarts=lambda _: 0, failures=lambda _: [])
    monkeypatch.setattr(Run, "jobmanager", lambda *_: there)
    for _ in range(3):
        see_job(run, Copy.CHAOS, "in the fault")
    told.tasks = {"RUNNING": 2, "CREATED": 1, "FINISHED": 1}
    see_job(run, Copy.CHAOS, "in the fault")
    there.job = lambda: None
    see_job(run, Copy.CHAOS, "in the fault")
    looks = [(look.job_id, look.tasks_running, look.tasks, look.runs) for look in run.journal.all(JobSeen)]
    assert looks == [("j1", 3, 3, True), ("j1", 2, 3, False), ("", 0, 0, False)]
