"""Connects to the systems that the environment names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.objects import Cluster
from flink_chaos.kafka.admin import Kafka
from flink_chaos.steps.run import Run

if TYPE_CHECKING:
    from flink_chaos.store.records import Attempt

KAFKA = "FLINK_CHAOS_KAFKA"
KUBECONFIG = "KUBECONFIG"


def open_run(attempt: Attempt) -> Run:
    """A run at work, with FLINK_CHAOS_KAFKA (bootstrap servers as this machine sees them) and KUBECONFIG."""
    plan = attempt.plan()
    servers = os.environ.get(KAFKA) or plan.environment.kafka_bootstrap_servers
    cluster = Cluster(connect(os.environ.get(KUBECONFIG)))
    return Run(plan=plan, attempt=attempt, kafka=Kafka({"bootstrap.servers": servers}), cluster=cluster)
