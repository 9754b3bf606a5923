import json

import pytest
from flink_chaos.cluster.pods import Pod
from flink_chaos.litmus.evidence import (
    DELAY,
    Scene,
    checkpoints_during,
    delays,
    node_drained,
    packets_delayed,
    pods_replaced,
)
from flink_chaos.model.facts import Checkpoint, FaultStarted, PodsSeen, TargetsChosen
from flink_chaos.model.journal import Journal

from tests.unit.plans import AT, a_plan, a_target, ended, looked


def pod(uid, name="chaos-tm-2", node="node1", deleting=False):
    return Pod(name=name, uid=uid, node=node, phase="Running", ready=True, deleting=deleting, labels={})


TARGET = a_target("u1")


def scene(*pods, targets=(TARGET,), end=None, facts=(), node=None, report=None, plan=None):
    chosen = TargetsChosen(at=AT, targets=list(targets), node="node1")
    result = {"metadata": {"annotations": {f"{DELAY}1": json.dumps(report)} if report else {}}}
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


def measured(packets=812, during=2000.9, lost=0):
    """What our experiment writes for one pod."""
    usual = {"median": 0.2, "lost": 0}
    trip = {"endpoint": "198.18.0.1:8020", "before": usual, "during": {"median": during, "lost": lost}, "after": usual}
    return {"pod": "chaos-tm-1", "status": "reverted", "way": "nfqueue", "packets": packets, "rtt": [trip]}


@pytest.mark.parametrize(
    ("report", "felt", "told"),
    [
        (measured(), True, "812 packets delayed by nfqueue, round trip to 198.18.0.1:8020 0.2 -> 2000.9 ms"),
        (measured(packets=0), False, "0 packets delayed"),
        (measured(during=0.3), False, "at least 1000 ms more are demanded"),
        (measured(lost=3, during=None), True, "0.2 -> inf ms"),
        (measured(during=None), False, "at least 1000 ms more are demanded"),
        (measured() | {"rtt": []}, False, "at least 1000 ms more are demanded"),
        (None, False, "measured in 0 of 1 pods"),
    ],
)
def test_latency_is_felt_by_packets_and_by_the_round_trip(report, felt, told):
    """One alone is no proof; nothing measured is none either."""
    found = packets_delayed(scene(pod("u1"), report=report, plan=a_plan(fault="network_latency")))
    assert (found[0], told in found[1]) == (felt, True)


def lines(*told, first=0, ahead_ms=0):
    """Checkpoints as (seconds from the fault, duration in ms, status), by a clock that is so much ahead."""
    at = AT.timestamp() * 1000 + ahead_ms
    return [
        Checkpoint(id=n, status=status, is_savepoint=False, trigger_ms=int(at + 1000 * second), duration_ms=ms)
        for n, (second, ms, status) in enumerate(told, first)
    ]


def history(before, after, job="j1"):
    """Looks with these checkpoints before the fault and after it."""
    looks = {"before the fault": ("j1", before), "after the fault": (job, after)}
    seen = [
        looked(moment, latest=1, job=own).model_copy(update={"history": told}) for moment, (own, told) in looks.items()
    ]
    return Journal([seen[0], FaultStarted(at=AT, engine="e", uid="u"), seen[1]])


USUAL = [(-10, 300, "COMPLETED"), (-5, 340, "COMPLETED"), (-4, 9_000, "FAILED")]


@pytest.mark.parametrize("ahead_ms", [0, 600_000, -600_000])
@pytest.mark.parametrize(
    ("during", "felt"),
    [
        ((5, 10_000, "FAILED"), "true"),
        ((5, 4_100, "COMPLETED"), "true"),
        ((5, 8_000, "IN_PROGRESS"), "true"),
        ((5, 1_300, "COMPLETED"), "false"),
    ],
)
def test_checkpoints_feel_latency_when_they_fail_or_slow_down(during, felt, ahead_ms):
    """Against the usual one of before, by half the latency, and by whatever clock Flink tells it."""
    told = history(lines(*USUAL, ahead_ms=ahead_ms), lines(*USUAL, during, ahead_ms=ahead_ms))
    assert checkpoints_during(told, 1_000)["checkpoints-felt"] == felt


def test_a_checkpoint_that_was_on_its_way_when_the_fault_began_has_felt_it():
    """It is no earlier one before it has ended."""
    begun = history(lines(*USUAL, (-1, 900, "IN_PROGRESS")), lines(*USUAL, (-1, 9_000, "COMPLETED")))
    assert checkpoints_during(begun, 1_000)["checkpoints-felt"] == "true"


def test_checkpoints_of_a_new_job_came_after_the_fault_whatever_their_ids_are():
    """Without high availability they begin anew."""
    found = history(lines(*USUAL), lines((5, 10_000, "FAILED")), job="j2")
    assert checkpoints_during(found, 1_000)["checkpoints-felt"] == "true"


def test_a_drained_node_has_none_of_the_targets_and_takes_pods_again():
    """The node's own state is looked at, not Litmus' word."""
    back, cordoned = ({"metadata": {"name": "node1"}, "spec": spec} for spec in ({}, {"unschedulable": True}))
    assert node_drained(scene(pod("u2", node="node2"), node=back))[0]
    assert node_drained(scene(pod("u2", node="node2"), node=cordoned))[2]["uncordoned"] == "false"
    assert not node_drained(scene(pod("u1"), node=back))[0]


def test_a_node_that_an_autoscaler_took_away_is_told_by_its_name():
    """It is not there to be asked."""
    felt, message, details = node_drained(scene(pod("u2", node="node2"), node=None))
    assert (felt, details) == (True, {"node": "node1", "uncordoned": "false"})
    assert message == "node1 drained, gone from the cluster; now chaos-tm-2 on node2"


@pytest.mark.parametrize(
    "text",
    ["", "null", '"p"', "[]", "7", "{", "[" * 100_000, json.dumps(measured() | {"packets": "x"}),
     json.dumps(measured() | {"rtt": [7]}), json.dumps(measured() | {"rtt": [{"endpoint": "e", "during": 7}]}),
     '{"pod": "p", "way": "w", "status": "s", "packets": 1e999, "rtt": []}'],
)  # fmt: skip
def test_an_annotation_that_is_none_of_ours_measures_nothing(text):
    """Whoever may write the result may write anything there."""
    own = {f"{DELAY}1": text, f"{DELAY}2": json.dumps(measured() | {"pod": "x" * 10_000_000})}
    found = delays({"metadata": {"annotations": own}})
    assert [len(report["pod"]) < 400 for report in found] == [True]
