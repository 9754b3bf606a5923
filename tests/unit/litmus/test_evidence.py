from datetime import timedelta

import pytest
from flink_chaos.cluster.pods import Pod
from flink_chaos.litmus.evidence import PREFIX, Scene, checkpoints_during, node_drained, packets_delayed, pods_replaced
from flink_chaos.model.facts import Checkpoint, FaultStarted, Journal, PodsSeen, TargetsChosen

from tests.unit.plans import AT, a_plan, a_target, ended, looked


def pod(uid, name="chaos-tm-2", node="node1", deleting=False):
    return Pod(name=name, uid=uid, node=node, phase="Running", ready=True, deleting=deleting, labels={})


TARGET = a_target("u1")


def scene(*pods, targets=(TARGET,), end=None, facts=(), node=None, annotations=None, plan=None):
    chosen = TargetsChosen(at=AT, targets=list(targets), node="node1")
    result = {"metadata": {"annotations": {PREFIX + k: v for k, v in (annotations or {}).items()}}}
    return Scene(plan or a_plan(), Journal([chosen, *facts]), end or ended(), pods, node, result)


def test_a_changed_uid_is_felt():
    """And the pod that took the place is named."""
    felt, message, _ = pods_replaced(scene(pod("u2")))
    assert (felt, message) == (True, "pod UID changed: chaos-tm-1 -> chaos-tm-2")


def test_a_pod_with_the_same_uid_was_not_killed():
    """Whatever Litmus says."""
    felt, message, _ = pods_replaced(scene(pod("u1")))
    assert (felt, "same UID" in message) == (False, True)


def test_a_pod_that_someone_else_took_is_not_our_fault():
    """Litmus failed to select it: the run must not count as a test."""
    felt, message, _ = pods_replaced(scene(pod("u2"), end=ended("Error", "TARGET_SELECTION_ERROR")))
    assert (felt, "TARGET_SELECTION_ERROR" in message) == (False, True)


def test_no_target_is_not_felt():
    """Nothing was hit."""
    assert not pods_replaced(scene(targets=()))[0]


def test_repeated_kills_are_counted_by_the_pods_that_were_seen():
    """Three strikes, three pods gone."""
    seen = [PodsSeen(at=AT, pods={f"u{n}": f"tm-{n}"}) for n in (1, 2, 3, 4)]
    plan = a_plan(duration_seconds=30, interval_seconds=10)
    felt, message, details = pods_replaced(scene(pod("u4"), facts=seen, plan=plan))
    assert (felt, "3 pods killed in 3 strikes" in message, details["killed"]) == (True, True, "3")


MEASURED = {"method": "nfqueue", "packets": "812", "rtt-before-ms": "0.2", "rtt-during-ms": "2000.9"}


@pytest.mark.parametrize(
    ("measured", "felt", "told"),
    [
        (MEASURED, True, "nfqueue: 812 packets delayed, round trip 0.2 ms -> 2000.9 ms"),
        (MEASURED | {"packets": "0"}, False, "no packet went through"),
        (MEASURED | {"rtt-during-ms": "0.3"}, False, "less than 1000 ms more"),
        ({"method": "nfqueue", "packets": "5"}, False, "less than 1000 ms more"),
        ({}, False, "no packet went through"),
    ],
)
def test_latency_is_felt_by_packets_and_by_the_round_trip(measured, felt, told):
    """One alone is no proof; nothing measured is none either."""
    found = packets_delayed(scene(pod("u1"), annotations=measured, plan=a_plan(fault="network_latency")))
    assert (found[0], told in found[1]) == (felt, True)


def history(*lines):
    """Checkpoints as (seconds from the fault, duration in ms, status)."""
    at = AT.timestamp() * 1000
    done = [
        Checkpoint(id=n, status=status, is_savepoint=False, trigger_ms=int(at + 1000 * second), duration_ms=ms)
        for n, (second, ms, status) in enumerate(lines)
    ]
    after = looked("after the fault", latest=1).model_copy(update={"history": done, "at": AT + timedelta(seconds=60)})
    return Journal([FaultStarted(at=AT, engine="e", uid="u"), after])


USUAL = [(-10, 300, "COMPLETED"), (-5, 340, "COMPLETED")]


@pytest.mark.parametrize(
    ("during", "felt"),
    [
        ((5, 10_000, "FAILED"), "true"),
        ((5, 4_100, "COMPLETED"), "true"),
        ((5, 8_000, "IN_PROGRESS"), "true"),
        ((5, 400, "COMPLETED"), "false"),
    ],
)
def test_checkpoints_feel_latency_when_they_fail_or_slow_down(during, felt):
    """Against the usual one of before."""
    assert checkpoints_during(history(*USUAL, during))["checkpoints-felt"] == felt


def test_a_drained_node_has_none_of_the_targets_and_takes_pods_again():
    """The node's own state is looked at, not Litmus' word."""
    back, cordoned = ({"metadata": {"name": "node1"}, "spec": spec} for spec in ({}, {"unschedulable": True}))
    assert node_drained(scene(pod("u2", node="node2"), node=back))[0]
    assert node_drained(scene(pod("u2", node="node2"), node=cordoned))[2]["uncordoned"] == "false"
    assert not node_drained(scene(pod("u1"), node=back))[0]
