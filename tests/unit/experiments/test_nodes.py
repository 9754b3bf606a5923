"""Calls about nodes against a client that records them."""

from __future__ import annotations

from types import SimpleNamespace as Thing

import pytest
from kubernetes import client

from experiments.nodes import Eviction, Node, Nodes
from experiments.targets import Owner, Pod


class _Core:
    def __init__(self, error: int = 0) -> None:
        self.error = error
        self.calls: list[tuple] = []

    def _answer(self, *call):
        self.calls.append(call)
        if self.error:
            raise client.ApiException(status=self.error)

    def patch_node(self, *call):
        self._answer(*call)

    def create_namespaced_pod_eviction(self, *call):
        self._answer(*call)

    def read_node(self, name):
        self._answer(name)
        annotations = {"flink-chaos.io/cordoned-by": "r"}
        return Thing(metadata=Thing(annotations=annotations), spec=Thing(unschedulable=True))

    def list_pod_for_all_namespaces(self, *, field_selector):
        self._answer(field_selector)
        owners = [Thing(kind="DaemonSet", name="proxy", controller=True)]
        meta = Thing(name="p", namespace="n", uid="u", labels=None, annotations=None, owner_references=owners)
        meta.deletion_timestamp = None
        return Thing(items=[Thing(metadata=meta, spec=Thing(node_name="n1", host_network=True), status=_status())])


def _status():
    return Thing(conditions=[Thing(type="Ready", status="True")], phase="Running")


@pytest.mark.parametrize(
    ("status", "answer"), [(0, Eviction.ACCEPTED), (429, Eviction.BLOCKED), (404, Eviction.GONE), (409, Eviction.GONE)]
)
def test_answers_to_an_eviction(status, answer):
    """A disruption budget says 429; a pod of that name with another UID is not ours to evict."""
    core = _Core(status)
    assert Nodes(core).evict(Pod("a", "n", "uid")) is answer
    assert core.calls[0][2].delete_options.preconditions.uid == "uid"


def test_a_missing_right_is_no_answer():
    """Else the drain would go on asking until its time is up."""
    with pytest.raises(client.ApiException):
        Nodes(_Core(403)).evict(Pod("a", "n", "uid"))


def test_cordon_and_uncordon_are_opposites():
    """Every field that the one sets the other removes."""
    core = _Core()
    Nodes(core).cordon("n1", by="result")
    Nodes(core).uncordon("n1")
    (_, on), (_, off) = core.calls
    assert on == {
        "metadata": {"annotations": {"flink-chaos.io/cordoned-by": "result"}},
        "spec": {"unschedulable": True},
    }
    assert off == {"metadata": {"annotations": {"flink-chaos.io/cordoned-by": None}}, "spec": {"unschedulable": None}}


def test_a_node_is_read_with_who_cordoned_it():
    """None if there is no such node."""
    assert Nodes(_Core()).get("n1") == Node("n1", unschedulable=True, cordoned_by="r")
    assert Nodes(_Core(404)).get("n1") is None


def test_pods_of_a_node_have_their_controllers():
    """And tell whether they share the node's network."""
    core = _Core()
    [pod] = Nodes(core).pods("n1")
    assert core.calls == [("spec.nodeName=n1",)]
    assert (pod.owner, pod.ready, pod.host_network, pod.mirror) == (Owner("daemonset", "proxy"), True, True, False)
