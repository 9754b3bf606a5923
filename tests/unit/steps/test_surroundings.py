import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import EVENTS, NODES, PODS
from flink_chaos.model.base import Component
from flink_chaos.model.facts import Target, TargetsChosen
from flink_chaos.steps import surroundings
from flink_chaos.steps.surroundings import MOST_MESSAGE, EventsLook, NodesLook

from tests.unit.plans import AT
from tests.unit.runs import a_run

READY = {"conditions": [{"type": "Ready", "status": "True"}]}


@pytest.fixture
def run(tmp_path, cluster, monkeypatch):
    """With looks that list events whenever they are asked."""
    monkeypatch.setattr(surroundings, "EVENTS_SECONDS", 0)
    return a_run(tmp_path, cluster)


@pytest.fixture
def put_node(fake_api):
    return lambda name, **spec: fake_api.put(NODES, {"metadata": {"name": name}, "spec": spec, "status": READY})


@pytest.fixture
def put_pod(fake_api, run):
    def put(name, node, labels=None):
        metadata = {"name": name, "namespace": "flink", "labels": run.plan.labels if labels is None else labels}
        return fake_api.put(PODS, {"metadata": metadata, "spec": {"nodeName": node} if node else {}})

    return put


@pytest.fixture
def put_event(fake_api):
    def put(kind, name, uid="u", second=5, message="m", **other):
        at = f"2026-01-01T00:00:{second:02}Z"
        metadata = {"name": uid, "namespace": "flink", "uid": uid, "creationTimestamp": at}
        about = {"kind": kind, "name": name, "namespace": "flink"}
        told = {"firstTimestamp": at, "lastTimestamp": at, "type": "Warning", "reason": "R", "message": message}
        return fake_api.put(EVENTS, {"metadata": metadata, "involvedObject": about, **told, **other})

    return put


def test_nodes_of_the_runs_pods_are_told_when_something_about_them_changed(run, put_node, put_pod):
    """And no other node, nor that a pod has none yet."""
    for name in ("n1", "n2", "n3"):
        put_node(name)
    put_pod("a", "n1")
    put_pod("b", "n2")
    put_pod("c", "")
    put_pod("foreign", "n3", labels={})
    look = NodesLook(run)
    (_, (first,)), (_, same) = look(), look()
    put_node("n1", unschedulable=True)
    ((_, (changed,)),) = [look()]
    assert {name: state.trouble for name, state in first.nodes.items()} == {"n1": [], "n2": []}
    assert same == []
    assert {name: state.trouble for name, state in changed.nodes.items()} == {"n1": ["cordoned"], "n2": []}


@pytest.mark.parametrize("knows", ["it held a pod", "it is to be drained", "it held a target"])
def test_a_node_that_was_drained_is_still_looked_at(run, fake_api, put_node, put_pod, knows):
    """To see that it is taken back: no pod of the run is on it any more."""
    put_node("n1", unschedulable=True)
    target = Target(pod="p", uid="u", node="n1", component=Component.TASKMANAGER)
    facts = {"it is to be drained": ([], "n1"), "it held a target": ([target], "")}
    if knows in facts:
        run.attempt.append(TargetsChosen(at=AT, targets=facts[knows][0], node=facts[knows][1]))
    look = NodesLook(run)
    if knows == "it held a pod":
        put_pod("a", "n1")
        look()
        fake_api.objects = {key: kept for key, kept in fake_api.objects.items() if kept["metadata"]["name"] != "a"}
    put_node("n1")
    assert look()[1][0].nodes["n1"].trouble == []


def test_a_node_that_is_gone_is_neither_ready_nor_schedulable(run, put_pod):
    """An autoscaler took it."""
    put_pod("a", "n1")
    assert NodesLook(run)()[1][0].nodes["n1"].trouble == ["not ready", "cordoned"]


def test_events_are_those_of_both_copies_pods_and_deployments(run, put_event):
    """A pod that is gone has events too: its name tells whose it was."""
    key = run.plan.run_key
    put_event("FlinkDeployment", f"chaos-{key}", "a")
    put_event("Pod", f"stable-{key}-taskmanager-1-1", "b", type="Normal")
    put_event("ReplicaSet", f"chaos-{key}-5bff5", "c")
    put_event("Pod", f"loader-{key}-5bff5-x", "d")
    put_event("Pod", f"chaos-{key}0-5bff5-x", "e")
    _, told = EventsLook(run, 0)()
    assert [(one.uid, one.copy_, one.about, one.warning) for one in told] == [
        ("a", "chaos", f"FlinkDeployment/chaos-{key}", True),
        ("b", "stable", f"Pod/stable-{key}-taskmanager-1-1", False),
    ]


def test_an_event_is_told_once(run, put_event):
    """However often it is repeated while a part lasts."""
    look = EventsLook(run, 0)
    told = []
    for count in (1, 2):
        put_event("Pod", f"chaos-{run.plan.run_key}-x", count=count)
        told += look()[1]
    assert [one.count for one in told] == [1]


def test_an_event_that_ended_long_ago_is_not_told_again(run, put_event):
    """Another part has told it; one that is repeated goes on."""
    put_event("Pod", f"chaos-{run.plan.run_key}-x", "old", second=5)
    put_event("Pod", f"chaos-{run.plan.run_key}-x", "on", second=5, lastTimestamp="2026-01-01T00:00:09Z")
    since = int(AT.timestamp() * 1000) + 6_000
    assert [one.uid for one in EventsLook(run, since)()[1]] == ["on"]


def test_events_are_listed_calmly(run, put_event, fake_api, monkeypatch):
    """Not every second: a namespace may hold thousands."""
    monkeypatch.setattr(surroundings, "EVENTS_SECONDS", 60)
    look = EventsLook(run, 0)
    look()
    put_event("Pod", f"chaos-{run.plan.run_key}-x")
    assert look() == ({}, [])
    assert len(fake_api.requests) == 1


def test_a_long_message_is_cut(run, put_event):
    """It is somebody else's text."""
    put_event("Pod", f"chaos-{run.plan.run_key}-x", message="x" * 5_000)
    told = EventsLook(run, 0)()[1][0].message
    assert told.startswith("x" * MOST_MESSAGE + "... ")
    assert told.endswith(" more bytes")


@pytest.mark.parametrize(
    ("look", "forbidden"), [(NodesLook, ("get", "nodes")), (lambda r: EventsLook(r, 0), ("list", "events"))]
)
def test_what_is_forbidden_is_an_error_that_a_part_knows(run, put_pod, fake_api, look, forbidden):
    """It leaves that look out, as if nobody had answered."""
    put_pod("a", "n1")
    fake_api.forbidden.add(forbidden)
    with pytest.raises(ClusterError, match="403"):
        look(run)()
