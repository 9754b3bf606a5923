"""Every other DAG on the lab, under both guarantees; each with the evidence that its fault was felt."""

from __future__ import annotations

import json

import pytest
from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.objects import Cluster
from flink_chaos.model.facts import Evidence, Unschedulable
from flink_chaos.steps.capacity import places_of

from lab.parts.images import PAUSE
from lab.paths import KUBECONFIG
from tests.e2e.runs import FULL, SHORT, attempt_of, kubectl, left_behind, until, verdict_during, verdict_of

pytestmark = pytest.mark.lab
GUARANTEES = ["EXACTLY_ONCE", "AT_LEAST_ONCE"]
LATENCY = {"pipeline": "ad_event_counts", "data_count_to_load": 160_000, "records_per_second": 1_000}
FILLER = {"app": "filler"}
LEFT = 600 * 2**20
"""Bytes that a filled node has left: less than any Flink pod asks for."""


def passed(dag_id, guarantee, parameters):
    """A run that kept its contract and left nothing behind; what was measured of its fault."""
    verdict = verdict_of(parameters | {"delivery_guarantee": guarantee}, dag_id)
    assert verdict.outcome == "PASS", verdict.reasons
    assert left_behind(verdict.run_key) == []
    evidence = attempt_of(verdict.run_key).journal().last(Evidence)
    return verdict, evidence.details if evidence else {}


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_checkpoints_feel_the_latency_and_the_guarantee_holds(guarantee):
    """Packets were delayed as measured inside the pod, and checkpoints failed or slowed down."""
    _, details = passed("network_latency", guarantee, LATENCY | {"latency_ms": 1_500, "duration_seconds": 40})
    assert details["checkpoints-felt"] == "true"
    assert int(details["packets"]) > 0


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_drained_node_is_survived_and_comes_back(guarantee):
    """The pods run elsewhere, the node takes pods again."""
    _, details = passed("node_drain", guarantee, FULL)
    assert details["uncordoned"] == "true"


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_redeploy_by_savepoint_duplicates_nothing(guarantee):
    """Not even under AT_LEAST_ONCE: restored from exactly that savepoint."""
    verdict, details = passed("savepoint", guarantee, FULL)
    assert details["restored"] == details["savepoint"] != ""
    assert verdict.counts["chaos"]["duplicated"] == 0


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_without_a_fault_both_outputs_are_equal(guarantee):
    """A/A."""
    verdict, _ = passed("no_fault", guarantee, SHORT)
    assert verdict.counts["chaos"] == verdict.counts["stable"]


def test_an_application_that_gives_up_is_found_and_named():
    """The latency outlasts the tolerable failures and no restart is left."""
    options = {"execution.checkpointing.tolerable-failed-checkpoints": "1", "restart-strategy.type": "none"}
    fault = {"latency_ms": 20_000, "duration_seconds": 60, "checkpoint_timeout_seconds": 3}
    verdict = verdict_of(LATENCY | fault | {"flink_configuration": options}, "network_latency")
    assert verdict.outcome == "FAIL", verdict.reasons
    assert "the application stopped" in " ".join(verdict.reasons)


def test_a_drain_without_room_is_a_fail_that_names_what_was_missing():
    """It ends by the recovery deadline, and the node comes back before the fault's own end."""
    try:
        fault = {"duration_seconds": 150, "recovery_deadline_seconds": 40, "data_count_to_load": 190_000}
        verdict = verdict_during(fault | {"records_per_second": 1_000}, fill_the_cluster, "node_drain")
    finally:
        kubectl("delete", "pods", "--selector=app=filler")
    assert verdict.outcome == "FAIL", verdict.reasons
    assert "capacity" in " ".join(verdict.reasons)
    assert "nsufficient memory" in attempt_of(verdict.run_key).journal().last(Unschedulable).message
    assert left_behind(verdict.run_key) == []


def fill_the_cluster():
    """Once all pods of the run are there, no node keeps room for another one."""
    until(lambda: "Running" in kubectl("get", "pods", "-l", "flink-chaos.io/copy=loader,component=taskmanager"))
    for node, place in places_of(Cluster(connect(str(KUBECONFIG)))).items():
        container = {"name": "pause", "image": PAUSE, "imagePullPolicy": "Never"}
        container["resources"] = {"requests": {"memory": str(int(place.free["memory"]) - LEFT)}}
        spec = {"nodeName": node, "containers": [container]}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"filler-{node}", "labels": FILLER},
            "spec": spec,
        }
        kubectl("apply", "--filename=-", stdin=json.dumps(pod))


def test_transactions_that_end_before_the_recovery_does_lose_records():
    """Kafka aborts after 10 s what Flink has checkpointed and not committed; Flink only logs it. The report says why."""
    parameters = {
        "pipeline": "ad_events_short_transactions",
        "component": "jobmanager",
        "latency_ms": 1_500,
        "duration_seconds": 40,
        "checkpoint_timeout_seconds": 60,
        "data_count_to_load": 140_000,
        "records_per_second": 1_000,
    }
    verdict = verdict_of(parameters, "network_latency")
    assert verdict.outcome == "FAIL", verdict.reasons
    assert verdict.counts["chaos"]["lost"] > 0
    assert "transaction time-out 10 s" in verdict.reasons[0]
    assert {finding.cause for finding in verdict.findings} == {"was written, in a transaction that was aborted"}
