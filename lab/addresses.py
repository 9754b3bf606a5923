"""Fixed addresses of the lab, all from 198.18.0.0/15 (reserved for benchmarks): nothing leaves the machine."""

from __future__ import annotations

import ipaddress

RANGE = ipaddress.IPv4Network("198.18.0.0/15")

BRIDGE = "lab0"
HOST = "198.18.0.1"
"""The machine itself as nodes and pods see it."""

API_SERVER = f"https://{HOST}:6443"
SERVICE_RANGE = "198.19.0.0/24"
POD_RANGE = "198.18.0.0/16"
DNS = "198.19.0.10"
KAFKA_PODS = f"{HOST}:9092"
"""Kafka's listener for pods."""

KAFKA_HOST = "127.0.0.1:9094"
"""Kafka's listener for clients on the machine."""

HDFS = f"hdfs://{HOST}:8020"
AIRFLOW = "http://127.0.0.1:8080"


def node_address(number: int) -> str:
    """Address of node `number` (1-based) on the bridge."""
    return f"198.18.0.1{number}"


def pod_range(number: int) -> str:
    """Pod subnet of node `number` (1-based)."""
    return f"198.18.1{number}.0/24"
