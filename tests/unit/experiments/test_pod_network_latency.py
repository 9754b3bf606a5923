"""pod-network-latency with helpers that are records in a dictionary."""

from __future__ import annotations

from dataclasses import replace

from experiments import pod_network_latency
from experiments.errors import AbortedError
from tests.unit.experiments import fakes
from tests.unit.experiments.fakes import OWN_POD, POD, FakeCluster

SECOND = replace(POD, name="tm-b", uid="b", node="node2")


def run(cluster, **env) -> str:
    order = {"NETWORK_LATENCY": "200", "DESTINATION_IPS": "10.0.0.1|80"}
    return fakes.run(cluster, pod_network_latency.inject, "pod-network-latency", **(order | env))


def cluster(*pods) -> FakeCluster:
    return FakeCluster(OWN_POD, *(pods or (POD,)), name="pod-network-latency")


def test_a_delay_passes_and_proves_itself():
    """History, and events with way, packets and round trips."""
    found = cluster()
    assert run(found) == "Pass"
    assert found.targets == [{"name": "tm-1", "kind": "pod", "chaosStatus": "reverted"}]
    assert found.events == ["Awaited", "ChaosInject", "ChaosRevert", "Pass", "Summary"]
    told = "pod tm-1: reverted, nfqueue, 7 packets delayed, round trip to 10.0.0.1:80 0.1 / 200.4 / 0.2 ms"
    assert told in found.messages[2]
    assert list(found.annotations) == ["flink-chaos.io/delay-0"]


def test_the_helper_gets_the_order_and_stays_for_its_log():
    """On the target's node, with what the engine said."""
    found = cluster()
    run(found, JITTER="10", DESTINATION_PORTS="9866", LIB_IMAGE="helper:1", LIB_IMAGE_PULL_POLICY="Never")
    [pod] = found.helpers.manifests
    env = found.helpers.env()
    assert pod["spec"]["nodeName"] == "node1"
    assert pod["spec"]["containers"][0]["image"] == "helper:1"
    assert pod["spec"]["containers"][0]["imagePullPolicy"] == "Never"
    assert (env["NETWORK_LATENCY"], env["JITTER"], env["TOTAL_CHAOS_DURATION"]) == ("200", "10", "10")
    assert (env["DESTINATION_IPS"], env["DESTINATION_PORTS"]) == ("10.0.0.1|80", "9866")
    assert (env["TARGET_POD"], env["TARGET_POD_UID"], env["CHAOS_RESULT"]) == ("tm-1", "uid-1", "e-pod-network-latency")
    assert found.helpers.deleted == []


def test_a_clean_up_policy_takes_the_helper():
    """As the Job."""
    found = cluster()
    assert run(found, JOB_CLEANUP_POLICY="delete") == "Pass"
    assert len(found.helpers.deleted) == 1


def test_serial_has_one_helper_after_the_other():
    """Each with the whole duration."""
    found = cluster(POD, SECOND)
    found.helpers.looks = 2
    assert run(found, SEQUENCE="serial", PODS_AFFECTED_PERC="100") == "Pass"
    assert found.events.count("ChaosInject") == 2
    assert {target["chaosStatus"] for target in found.targets} == {"reverted"}


def test_parallel_hits_all_pods_at_once():
    """One event, a report for each."""
    found = cluster(POD, SECOND)
    found.helpers.looks = 8
    assert run(found, PODS_AFFECTED_PERC="100") == "Pass"
    assert found.events.count("ChaosInject") == 1
    assert {target["name"] for target in found.targets} == {"tm-1", "tm-b"}
    assert sorted(found.annotations) == ["flink-chaos.io/delay-0", "flink-chaos.io/delay-1"]


def test_an_abort_ends_the_helper_and_waits_for_its_revert():
    """Verdict Stopped, target reverted."""
    found = cluster()

    def abort():
        if found.history == ["injected"]:
            found.helpers.on_look = lambda: None
            raise AbortedError

    found.helpers.on_look = abort
    assert run(found) == "Stopped"
    assert len(found.helpers.deleted) == 1
    assert found.targets == [{"name": "tm-1", "kind": "pod", "chaosStatus": "reverted"}]


def test_a_helper_that_fails_says_why():
    """The end of its log is the reason."""
    found = cluster()
    found.helpers.fails = "no way to delay works here"
    assert run(found) == "Error"
    assert found.verdict["errorOutput"]["errorCode"] == "HELPER_ERROR"
    assert "no way to delay works here" in found.reason
    assert found.targets[0]["chaosStatus"] == "targeted"


def test_a_helper_that_was_killed_is_cleaned_up_after():
    """Another helper reverts; the run is an Error, but leaves nothing."""
    found = cluster()
    found.helpers.dies = True
    assert run(found) == "Error"
    assert [found.helpers.env(index)["REVERT_ONLY"] for index in (0, 1)] == ["false", "true"]
    assert found.targets[0]["chaosStatus"] == "reverted"


def test_a_helper_that_never_injects_is_ended():
    """After STATUS_CHECK_TIMEOUT."""
    found = cluster()
    found.helpers.looks = 1000
    found.helpers.report = lambda *_: None
    assert run(found) == "Error"
    assert "have not injected the delay after 5 s" in found.reason
    assert len(found.helpers.deleted) == 1


def test_a_pod_with_the_nodes_network_is_refused():
    """The whole node would be hit."""
    found = cluster(replace(POD, host_network=True))
    assert run(found) == "Error"
    assert found.verdict["errorOutput"]["errorCode"] == "TARGET_SELECTION_ERROR"
    assert found.helpers.manifests == []


def test_a_bad_order_is_an_error_before_anything_happens():
    """And names its variable."""
    found = cluster()
    assert run(found, DESTINATION_PORTS="http") == "Error"
    assert "DESTINATION_PORTS" in found.reason
    assert found.helpers.manifests == []
