"""Kafka in KRaft mode, one process on the machine: broker and controller."""

from __future__ import annotations

from lab.addresses import HOST, KAFKA_HOST, KAFKA_PODS
from lab.artifacts import maven
from lab.commands import run
from lab.files import write_if_changed
from lab.java import java
from lab.parts.part import Part
from lab.paths import STATE
from lab.supervisor import Program

FOLDER = STATE / "kafka"
DATA = FOLDER / "data"
_CONFIG = FOLDER / "server.properties"
_CONTROLLER = "127.0.0.1:9093"
_CLUSTER = "Zmxpbmstb2YtY2hhb3NsYQ"  # any 16 bytes in base64
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
)
_TIMEOUT_SECONDS = 3.0

PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": f"1@{_CONTROLLER}",
    "listeners": f"PODS://{KAFKA_PODS},HOST://{KAFKA_HOST},CONTROLLER://{_CONTROLLER}",
    "advertised.listeners": f"PODS://{KAFKA_PODS},HOST://{KAFKA_HOST}",
    "listener.security.protocol.map": "PODS:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "HOST",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": str(DATA),
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.min.isr": "1",
    "transaction.max.timeout.ms": "900000",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "num.partitions": "4",
}


def _prepare() -> None:
    write_if_changed(_CONFIG, "".join(f"{name}={value}\n" for name, value in PROPERTIES.items()))
    if not (DATA / "meta.properties").exists():
        run(_java("kafka.tools.StorageTool", "format", "--cluster-id", _CLUSTER, "--config", str(_CONFIG)))


def _java(main: str, *arguments: str, heap: str = "256m") -> list[str]:
    command = java(main, *arguments, class_path=[f"{maven.jars('kafka')}/*"], options=(f"-Xmx{heap}", *_LOGGING))
    return [str(word) for word in command]


def _programs() -> list[Program]:
    return [Program("kafka", _java("kafka.Kafka", str(_CONFIG), heap="512m"), directory=FOLDER)]


def _health() -> str:
    from confluent_kafka import KafkaException  # noqa: PLC0415 doctor and help must work without it
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415

    try:
        client = AdminClient({"bootstrap.servers": KAFKA_HOST, "log_level": 0})
        nodes = client.describe_cluster(request_timeout=_TIMEOUT_SECONDS).result(_TIMEOUT_SECONDS + 1).nodes
    except (KafkaException, TimeoutError) as error:
        return f"{KAFKA_HOST}: {error.args[0] if error.args else 'no answer'}"
    return "" if nodes else f"{KAFKA_HOST}: no broker on {HOST}"


PART = Part("kafka", health=_health, prepare=_prepare, programs=_programs)
