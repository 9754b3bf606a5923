from types import SimpleNamespace

import pytest
from flink_chaos.cluster.resources import NODES, PODS
from flink_chaos.litmus.engine import pod_label
from flink_chaos.model.facts import Evidence, TargetsChosen
from flink_chaos.steps.aiming import take_aim
from flink_chaos.steps.run import Run, RunEndsError

from tests.unit.runs import a_run


@pytest.fixture
def aimed(tmp_path, cluster):
    """A run of a fault, with so many TaskManagers of the chaos copy and three nodes."""

    def make(pods=3, ready="True", cordoned=(), **parameters):
        run = a_run(tmp_path, cluster, **parameters)
        for number in (1, 2, 3):
            node = {"metadata": {"name": f"node{number}"}, "spec": {"unschedulable": f"node{number}" in cordoned}}
            cluster.create(NODES, None, {"apiVersion": "v1", "kind": "Node", **node})
        key, _, value = pod_label(run.plan).partition("=")
        for number in range(pods):
            cluster.create(PODS, "flink", a_pod(f"tm-{number}", {key: value}, ready))
        return run

    return make


def a_pod(name, labels, ready):
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]}
    metadata = {"name": name, "namespace": "flink", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"nodeName": "node2"}, "status": status}


@pytest.mark.parametrize(("amount", "hit"), [("1", 1), ("2", 2), ("50%", 2), ("100%", 3)])
def test_a_number_or_a_part_of_the_pods_is_hit(aimed, amount, hit):
    """A part is rounded up; every one is journaled by name."""
    run = aimed(amount=amount)
    aim = take_aim(run)
    assert len(aim.pods) == hit
    assert tuple(target.pod for target in run.journal.last(TargetsChosen).targets) == aim.pods


def test_repeated_strikes_go_by_the_part(aimed):
    """Two of three pods are 67 %: Litmus rounds down."""
    aim = take_aim(aimed(amount="2", duration_seconds=30, interval_seconds=10))
    assert (aim.pods, aim.percentage) == ((), 67)


def test_the_seed_chooses_among_equals(aimed):
    """The same one hits the same pod."""
    run = aimed(seed=7)
    assert take_aim(run) == take_aim(run)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"pods": 0}, "no ready taskmanager pod of chaos-"),
        ({"ready": "False"}, "no ready taskmanager pod"),
        ({"amount": "4"}, "4 pods are to be hit, 3 are ready"),
        ({"fault": "node_drain", "cordoned": ("node1", "node3")}, "no other schedulable node than node2"),
        ({"fault": "node_drain", "cordoned": ("node2",)}, "node node2 is cordoned by somebody else"),
    ],
)
def test_nothing_to_hit_ends_the_run_with_the_reason(aimed, given, told):
    """It is a fact as well, so that the verdict is INCONCLUSIVE."""
    run = aimed(**given)
    with pytest.raises(RunEndsError, match=told):
        take_aim(run)
    assert run.journal.last(Evidence).felt is False


def test_the_node_of_a_target_is_drained_and_litmus_works_elsewhere(aimed):
    """On a node that takes pods."""
    aim = take_aim(aimed(fault="node_drain", cordoned=("node1",)))
    assert (aim.node, aim.helper_node) == ("node2", "node3")


def test_taskmanagers_that_run_tasks_are_hit_before_idle_ones(aimed, monkeypatch):
    """Nobody misses an idle one; how many slots were in use is a fact."""
    slots = {"tm-0": 0, "tm-1": 2, "tm-2": 0}
    monkeypatch.setattr(Run, "jobmanager", lambda *_: SimpleNamespace(used_slots=lambda: slots))
    for seed in range(6):
        run = aimed(seed=seed, run_id=f"manual__{seed}")
        take_aim(run)
        assert [(one.pod, one.tasks) for one in run.journal.last(TargetsChosen).targets] == [("tm-1", 2)]
        for name in slots:
            run.cluster.delete(PODS, "flink", name)
        for number in (1, 2, 3):
            run.cluster.delete(NODES, None, f"node{number}")


TAINTED = {"spec": {"taints": [{"key": "dedicated", "effect": "NoSchedule"}]}}
UNREADY = {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}
FULL = {"status": {"allocatable": {"pods": "0"}}}


@pytest.mark.parametrize("spoilt", [TAINTED, UNREADY, FULL, {"spec": {"unschedulable": True}}])
def test_litmus_works_on_no_node_that_takes_no_pods(aimed, fake_api, spoilt):
    """It would wait there for ever; a NotReady node has no taint yet for some seconds."""
    run = aimed(fault="node_drain")
    fake_api.put(NODES, {"metadata": {"name": "node1"}, "spec": {}, **spoilt})
    assert take_aim(run).helper_node == "node3"


def test_litmus_is_sent_by_the_label_of_its_node(aimed, fake_api):
    """Some clouds name nodes otherwise than their hosts."""
    run = aimed(fault="node_drain", cordoned=("node1",))
    fake_api.put(NODES, {"metadata": {"name": "node3", "labels": {"kubernetes.io/hostname": "host3"}}})
    assert take_aim(run).helper_node == "host3"


def test_litmus_stays_off_a_node_whose_pods_do_not_bear_it(aimed, fake_api):
    """Anti-affinity of pods that are there counts for every pod that comes."""
    run = aimed(fault="node_drain")
    term = {"labelSelector": {"matchLabels": run.plan.labels}, "topologyKey": "kubernetes.io/hostname"}
    spec = {
        "nodeName": "node1",
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}},
    }
    fake_api.put(PODS, {"metadata": {"name": "picky", "namespace": "flink"}, "spec": spec})
    assert take_aim(run).helper_node == "node3"
