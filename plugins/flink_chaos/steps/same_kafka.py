"""Whether the Kafka that workers see is the one that pods see: else a run would judge what others wrote."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.flink.comparison import nonce_statement
from flink_chaos.flink.gateway import GatewayError
from flink_chaos.kafka.admin import SERVERS, Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.nonce import TOPIC, write_nonce
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.cluster_checks import gateway

if TYPE_CHECKING:
    from flink_chaos.kafka.nonce import Nonce
    from flink_chaos.steps.run import Run

PING_SECONDS = 5.0
QUERY_SECONDS = 60.0
NO_SUCH_TOPIC = ("UnknownTopicOrPartition", "does not host this topic")


def same_kafka(run: Run) -> str:
    """Compare the ids of both clusters, or let the SQL Gateway read what was written from here.

    Raises ValueError when they are two, PreflightWarning when nobody can tell.
    """
    here, pods = run.kafka.cluster_id(), run.plan.environment.kafka_bootstrap_servers
    there = _id_from_here(run.kafka, pods)
    if here and there and here != there:
        raise ValueError(
            f"workers are connected to Kafka cluster {here} at {run.kafka.servers}, pods to {there} at {pods}: "
            f"correct the Kafka connection, or kafka_bootstrap_servers of environment {run.plan.environment.name}"
        )
    if here and here == there:
        return f"workers and pods are connected to cluster {here}"
    return _read_by_pods(run)


def _id_from_here(kafka: Kafka, pods: str) -> str:
    """Empty when the pods' address leads nowhere from here, or to this machine, which is not where pods are."""
    if all(_is_local(server) for server in pods.split(",")):
        return ""
    try:
        return Kafka({**kafka.config, SERVERS: pods}).cluster_id(PING_SECONDS)
    except KafkaProblem:
        return ""


def _is_local(server: str) -> bool:
    host = server.strip().rpartition("://")[2].rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_by_pods(run: Run) -> str:
    pods = run.plan.environment.kafka_bootstrap_servers
    untold = f"whether workers and pods ({pods}) are connected to the same Kafka is not known"
    try:
        nonce = write_nonce(run.kafka)
        found = _read(run, nonce)
    except (KafkaProblem, GatewayError, ClusterError) as error:
        if any(word in str(error) for word in NO_SUCH_TOPIC):
            raise ValueError(_other(run, f"has no topic {TOPIC}, which was written to from here")) from error
        raise PreflightWarning(f"{untold}: {error}") from error
    if found != [[nonce.text]]:
        raise ValueError(_other(run, f"does not hold what was written from here to {TOPIC} at offset {nonce.offset}"))
    return f"the SQL Gateway reads at {pods} what was written at {run.kafka.servers}"


def _read(run: Run, nonce: Nonce) -> list[list[object]]:
    with gateway(run).session() as session:
        session.execute(nonce_statement(run.plan, "identity", TOPIC, nonce.offset), QUERY_SECONDS)
        return session.execute("SELECT nonce FROM identity", QUERY_SECONDS).rows


def _other(run: Run, what: str) -> str:
    pods = run.plan.environment.kafka_bootstrap_servers
    return (
        f"Kafka as the SQL Gateway reaches it ({pods}) is another one than {run.kafka.servers}: it {what}; "
        f"correct the Kafka connection, or kafka_bootstrap_servers of environment {run.plan.environment.name}"
    )
