"""Where tests run: one Kubernetes cluster with its Kafka, checkpoint storage and SQL Gateway."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from flink_chaos.model.base import Record
from flink_chaos.model.safe_options import PATTERN

ENVIRONMENT_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
"""Wider than other names: whoever has several clusters has names for them."""


def _is_ipv4(text: str) -> str:
    return str(IPv4Address(text))


def without_user(url: str) -> str:
    """The URL, if it names no user. Raises ValueError otherwise."""
    if "@" in url:
        raise ValueError("holds a user or password; reports tell it: put those into fsspec's own configuration")
    return url


IPv4 = Annotated[str, AfterValidator(_is_ipv4)]
Port = Annotated[int, Field(strict=True, ge=1, le=65_535)]


class FlinkSettings(Record):
    """How Flink is run in this environment, for every application."""

    image: str
    image_pull_policy: str = "IfNotPresent"
    flink_version: str = Field(pattern=r"^v\d+_\d+$", description="`spec.flinkVersion` of a FlinkDeployment")
    service_account: str = "flink"
    user: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = Field(
        default=9999,
        description="Linux user id of Flink's pods, that of `flink` in the official image; `null`: the image's own, or "
        "the namespace's, as OpenShift has it. With any but 0 namespaces of the level `restricted` accept them",
    )
    configuration: dict[str, str] = Field(default_factory=dict, description="Flink options for all applications")
    trigger_options: list[Annotated[str, Field(pattern=PATTERN)]] = Field(
        default_factory=list,
        description="options that whoever triggers a run may set beside the safe ones: names, or beginnings such as "
        "`table.exec.`; with many options that is code in the namespace (docs/security.md)",
    )


class ServiceAddress(Record):
    """A Kubernetes service, reached through the API server's proxy."""

    namespace: str
    name: str
    port: Port


class StorageNetwork(Record):
    """Checkpoint storage as the network sees it: what a latency fault is aimed at, and nothing else."""

    hosts: list[IPv4] = Field(min_length=1, description="IPv4 addresses")
    ports: list[Port] = Field(min_length=1, description="of all its servers, for HDFS NameNode and DataNode")


class ContainerRuntime(Record):
    """What runs the pods on the nodes, for faults that enter them."""

    name: Literal["containerd", "docker", "crio"] = "containerd"
    socket: str = "/run/containerd/containerd.sock"


class FileStore(Record):
    """The folder of applications that write files, as URLs of both sides."""

    flink: str = Field(pattern=r"^[a-z0-9]+://", description="as pods reach it, such as hdfs://namenode:8020/output")
    worker: str = Field(
        description="the same folder as workers reach it: webhdfs://namenode:9870/output, or a mount as file://"
    )

    @field_validator("worker")
    @classmethod
    def _is_readable(cls, value: str) -> str:
        """Object stores do not show what is being written: nobody could tell when a copy has written everything."""
        if not re.match(r"(webhdfs|file)://", value):
            raise ValueError(f"begins with webhdfs:// or file://, not {value.partition('://')[0]}://")
        return without_user(value)


class CheckpointFolder(Record):
    """The folder `storage` as workers reach it, for deleting what runs left there."""

    worker: str = Field(pattern=r"^[a-z0-9]+://", description="such as webhdfs://namenode:9870/flink-chaos, or s3://")
    keep_days: int = Field(
        strict=True, ge=1, le=3650, description="so long after its last checkpoint a run's folder is kept"
    )

    @field_validator("worker")
    @classmethod
    def _is_without_user(cls, value: str) -> str:
        return without_user(value)


class SlackSettings(Record):
    """Where the verdicts of this environment are told; token, proxy and time-out are the connection's."""

    conn_id: str = Field(default="slack_api_default", description="Airflow connection of type `slack`")
    channel: str = Field(min_length=1, description="`#name` or id")
    username: str = "Chaos-test"
    icon_emoji: str = Field(default=":boom:", pattern=r"^:[^:\s]+:$")


class Connections(Record):
    """Airflow's connections by which tasks reach an environment; docs/connections.md tells of the shell's variables."""

    kafka: str = Field(default="kafka_default", description="of type `kafka`")
    kubernetes: str = Field(default="kubernetes_default", description="of type `kubernetes`")


class Environment(Record):
    """One place to test in; `include/environments/<name>.yaml`."""

    name: str = Field(pattern=ENVIRONMENT_NAME)
    description: str = ""
    namespace: str = Field(description="Where the applications, the loader and the ChaosEngine live")
    kafka_bootstrap_servers: str = Field(description="Kafka as the pods reach it")
    connections: Connections | None = Field(
        default=None, description="may be left out by the default environment only (FLINK_CHAOS_ENVIRONMENT)"
    )
    storage: str = Field(description="URI of the folder for checkpoints, savepoints and high availability")
    checkpoints: CheckpointFolder | None = Field(default=None, description="without it what runs left there stays")
    files: FileStore | None = Field(default=None, description="needed by pipelines that write files")
    storage_network: StorageNetwork | None = Field(default=None, description="needed by faults of the network")
    container_runtime: ContainerRuntime = ContainerRuntime()
    sql_gateway: ServiceAddress
    litmus_service_account: str = "litmus-admin"
    injection_seconds: int = Field(
        strict=True,
        default=45,
        ge=0,
        le=600,
        description="from asking for a fault until it strikes, while no run has measured it; Litmus takes up to 45 s",
    )
    flink: FlinkSettings
    slack: SlackSettings | None = Field(default=None, description="nothing is sent without it")
