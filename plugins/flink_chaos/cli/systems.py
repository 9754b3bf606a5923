"""Connects to the systems that the environment names, as this machine reaches them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.objects import Cluster
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.telling import unusable
from flink_chaos.profiles.catalogue import default_environment
from flink_chaos.steps.run import Run

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

    from flink_chaos.model.environment import Environment
    from flink_chaos.store.records import Attempt

KAFKA = "FLINK_CHAOS_KAFKA"
"""Bootstrap servers as this machine reaches them. With `_<ENVIRONMENT>`: those of that one, as with the others."""

CONTEXT = "FLINK_CHAOS_CONTEXT"
OF_ANOTHER = "FLINK_CHAOS_KUBECONFIG"
KUBECONFIG = "KUBECONFIG"


def open_run(attempt: Attempt) -> Run:
    """A run at work. Raises ClusterError for another environment than the default one whose cluster nobody named."""
    plan = attempt.plan()
    cluster = open_cluster(plan.environment)
    return Run(plan=plan, attempt=attempt, kafka=open_kafka(plan.environment), cluster=cluster)


def open_cluster(environment: Environment) -> Cluster:
    """The cluster of an environment; raises ClusterError as `open_run` does."""
    return Cluster(_client(environment))


def open_kafka(environment: Environment) -> Kafka:
    """Kafka of an environment: by FLINK_CHAOS_KAFKA, else at the address that pods have. Raises KafkaProblem."""
    servers = _variable(KAFKA, environment.name) or environment.kafka_bootstrap_servers
    if problem := unusable(servers):
        raise KafkaProblem(f"{KAFKA}: {problem}")
    return Kafka({"bootstrap.servers": servers})


def _client(environment: Environment) -> ApiClient:
    name = environment.name
    kubeconfig, context = _variable(OF_ANOTHER, name), _variable(CONTEXT, name)
    if name != default_environment() and not (kubeconfig or context):
        raise ClusterError(
            f"environment {name}: which cluster it is nobody says, and {KUBECONFIG} is for {default_environment()}: "
            f"set {_own(OF_ANOTHER, name)} to its kubeconfig, or {_own(CONTEXT, name)} to its context in {KUBECONFIG}"
        )
    return connect(kubeconfig or os.environ.get(KUBECONFIG), context)


def _variable(name: str, environment: str) -> str | None:
    """Each environment's own; without a suffix it is the default environment's."""
    plain = os.environ.get(name) if environment == default_environment() else None
    return os.environ.get(_own(name, environment)) or plain or None


def _own(name: str, environment: str) -> str:
    return f"{name}_{re.sub('[^0-9A-Za-z]', '_', environment).upper()}"
