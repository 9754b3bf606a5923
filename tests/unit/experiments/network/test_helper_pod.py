from __future__ import annotations

from types import SimpleNamespace

from experiments.helpers import Template
from experiments.network.helper_pod import RESOURCES, Helper, manifest
from experiments.settings import read_settings
from tests.unit.experiments.fakes import ENV, POD, Variables

HELPER = Helper("pod-network-latency-helper-abc123", 0, POD)


def made(variables=None, resources=None, **env) -> dict:
    template = Template("own", "own-image", {"chaosUID": "u", "run": "r"}, {"a": "b"}, [{"key": "t"}], [], resources)
    settings = read_settings(Variables(ENV | env), "pod-network-latency")
    return manifest(HELPER, settings, template, variables or {})


def test_labels_are_those_of_litmus_and_of_the_run():
    """By chaosUID whoever stops the engine finds it; it goes with the experiment's pod."""
    meta = made()["metadata"]
    assert meta["labels"] == {"chaosUID": "u", "run": "r", "app": "pod-network-latency-helper", "name": HELPER.name}
    assert meta["ownerReferences"] == [{"apiVersion": "v1", "kind": "Pod", "name": "experiment-1", "uid": "own"}]
    assert (meta["namespace"], meta["annotations"]) == ("flink", {"a": "b"})


def test_it_sees_the_nodes_processes_and_has_time_to_revert():
    """Litmus takes a grace of 0 if the engine names none: too little."""
    spec = made()["spec"]
    assert (spec["hostPID"], spec["nodeName"], spec["restartPolicy"]) == (True, "node1", "Never")
    assert spec["containers"][0]["securityContext"]["privileged"] is True
    assert spec["terminationGracePeriodSeconds"] == 30
    assert made(TERMINATION_GRACE_PERIOD_SECONDS="90")["spec"]["terminationGracePeriodSeconds"] == 90
    assert spec["activeDeadlineSeconds"] == 10 + 2 * 5 + 120
    assert (spec["serviceAccountName"], spec["tolerations"]) == ("litmus-admin", [{"key": "t"}])


def test_image_and_resources_are_the_experiments_own_if_nothing_else_is_said():
    """LIB_IMAGE and the experiment's resources win."""
    container = made()["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == ("own-image", "IfNotPresent")
    assert container["resources"] == RESOURCES
    own = SimpleNamespace(requests={"cpu": "1"}, limits=None)
    container = made({"LIB_IMAGE": "x", "LIB_IMAGE_PULL_POLICY": "Never"}, own)["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"], container["resources"]) == ("x", "Never", own)
