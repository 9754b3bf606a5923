"""What a user may do wrong, for real: one clear line each, a stored end, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest
from confluent_kafka import Consumer
from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.objects import Cluster
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.topics import ensure_topic
from flink_chaos.steps.aiming import take_aim
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.preflight import look
from flink_chaos.steps.run import Run, RunEndsError
from flink_chaos.store.records import Store

from lab.addresses import KAFKA_HOST
from lab.parts.airflow import environment
from lab.paths import BIN, RUNNER_KUBECONFIG
from tests.e2e.runs import kubectl, left_behind, until

pytestmark = pytest.mark.lab
SET_UP_ERROR, INCONCLUSIVE, ABORTED = 4, 2, 3


@pytest.fixture
def store(tmp_path):
    """An own store."""
    return Store(tmp_path.as_uri())


def attempted(store, *parameters, **variables):
    """`flink-chaos run pod_delete` in the lab: exit code and what it said; nothing of it is left behind."""
    env = {**os.environ, **environment(), "KUBECONFIG": str(RUNNER_KUBECONFIG), "FLINK_CHAOS_STORE": str(store.root)}
    words = [word for parameter in parameters for word in ("-p", parameter)]
    command = [BIN / "flink-chaos", "run", "pod_delete", *words]
    done = subprocess.run(command, env=env | variables, capture_output=True, text=True, check=False, timeout=300)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    for attempt in store.attempts():
        assert left_behind(attempt.plan().run_key) == []
        assert attempt.verdict() is not None
    return done.returncode, said


def test_an_unknown_pipeline_is_a_set_up_error(store):
    """With the names there are."""
    code, said = attempted(store, "pipeline=nonsense")
    assert (code, "There are: ad_event_counts, " in said) == (SET_UP_ERROR, True)
    assert store.attempts() == []


@pytest.mark.parametrize(
    ("parameters", "variables", "code", "told"),
    [
        (["task_manager_memory=30000m"], {}, INCONCLUSIVE, "preflight: capacity: 6 pods ask for"),
        ([], {"FLINK_CHAOS_KAFKA": "127.0.0.1:9"}, INCONCLUSIVE, "preflight: kafka: Kafka at 127.0.0.1:9: cannot"),
    ],
)
def test_what_the_preflight_finds_ends_the_run_before_anything_is_touched(store, parameters, variables, code, told):
    """A full cluster, a Kafka that is down."""
    ended, said = attempted(store, *parameters, **variables)
    assert (ended, told in said) == (code, True), said


def test_a_gateway_that_is_down_is_found_before_the_run(store):
    """Not after half an hour of load."""
    kubectl("scale", "deployment", "sql-gateway", "--replicas=0")
    try:
        until(lambda: "sql-gateway" not in kubectl("get", "pods", "-o", "name"))
        code, said = attempted(store)
    finally:
        kubectl("scale", "deployment", "sql-gateway", "--replicas=1")
        kubectl("rollout", "status", "deployment/sql-gateway", "--timeout=180s")
    assert (code, "preflight: sql gateway: " in said) == (INCONCLUSIVE, True), said


def test_a_missing_permission_is_told_with_the_verb(store, tmp_path):
    """As an account that may do nothing."""
    config = json.loads(kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    config["users"][0]["user"] = {"token": kubectl("create", "token", "default").strip()}
    (tmp_path / "poor").write_text(json.dumps(config))
    code, said = attempted(store, KUBECONFIG=str(tmp_path / "poor"))
    assert code == ABORTED
    assert "403 Forbidden" in said
    assert "Give this user that verb on that resource" in said


@pytest.fixture
def run(store):
    """A run that was planned and no more."""
    plan = make_plan(store, dag_id="pod_delete", run_id=f"test__{time.time()}", fault="pod_delete", parameters={})
    cluster = Cluster(connect(str(RUNNER_KUBECONFIG)))
    return Run(plan=plan, attempt=store.attempt(plan.run_key), kafka=Kafka({"bootstrap.servers": KAFKA_HOST}), cluster=cluster)


def test_a_group_in_use_is_found(run):
    """Something else reads as the stable copy's group."""
    source = run.plan.pipeline.topics.source
    ensure_topic(run.kafka, source, run.plan.pipeline.topics.partitions, {})
    group = next(iter(run.plan.copies.values())).group
    consumer = Consumer({"bootstrap.servers": KAFKA_HOST, "group.id": group, "client.id": "somebody"})
    consumer.subscribe([source])
    try:
        until(lambda: consumer.poll(0.2) or consumer.assignment(), 60)
        with pytest.raises(RunEndsError, match=r"consumer groups in use: .*somebody"):
            look(run)
    finally:
        consumer.close()


def test_a_fault_without_target_pods_hits_nobody(run):
    """The application was never deployed."""
    with pytest.raises(RunEndsError, match=rf"no ready taskmanager pod of chaos-{run.plan.run_key} to hit"):
        take_aim(run)
