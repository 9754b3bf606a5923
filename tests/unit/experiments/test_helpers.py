"""Helper pods against a client that records the calls."""

from __future__ import annotations

from types import SimpleNamespace as Thing

from kubernetes import client

from experiments.helpers import Helpers, HelperState


class _Core:
    def __init__(self, pod=None) -> None:
        self.pod = pod
        self.created: list[tuple] = []

    def read_namespaced_pod(self, _name, _namespace):
        if self.pod is None:
            raise client.ApiException(status=404)
        return self.pod

    def delete_namespaced_pod(self, _name, _namespace):
        raise client.ApiException(status=404)

    def create_namespaced_pod(self, *call):
        self.created.append(call)


def test_what_helpers_take_over():
    """All but the labels of the Job: a pod with these would count as a second pod of the experiment."""
    labels = {"chaosUID": "u", "run": "r", "job-name": "j", "batch.kubernetes.io/job-name": "j", "controller-uid": "c"}
    meta = Thing(uid="own", labels=labels, annotations=None)
    spec = Thing(containers=[Thing(image="i", resources="some")], tolerations=None, image_pull_secrets=None)
    template = Helpers(_Core(Thing(metadata=meta, spec=spec))).template("n", "p")
    assert template.labels == {"chaosUID": "u", "run": "r"}
    assert (template.uid, template.image, template.resources) == ("own", "i", "some")
    assert (template.annotations, template.tolerations, template.pull_secrets) == ({}, [], [])


def test_why_a_helper_failed():
    """The end of its log, or what keeps it from starting."""
    ended = Thing(terminated=Thing(message="no netem\n", reason="Error"), waiting=None)
    status = Thing(phase="Failed", container_statuses=[Thing(state=ended)], message=None)
    assert Helpers(_Core(Thing(status=status))).state("n", "p") == HelperState("Failed", "no netem")
    waiting = Thing(terminated=None, waiting=Thing(message=None, reason="ErrImageNeverPull"))
    status = Thing(phase="Pending", container_statuses=[Thing(state=waiting)], message=None)
    assert Helpers(_Core(Thing(status=status))).state("n", "p") == HelperState("Pending", "ErrImageNeverPull")


def test_a_helper_that_is_gone():
    """Has no state, and deleting it does no harm."""
    helpers = Helpers(_Core())
    assert helpers.state("n", "p") is None
    helpers.delete("n", "p")


def test_creation_goes_to_the_namespace_of_the_manifest():
    """Which is the engine's."""
    core = _Core()
    manifest = {"metadata": {"namespace": "flink"}}
    Helpers(core).create(manifest)
    assert core.created == [("flink", manifest)]
