"""What Airflow is told about this distribution: its name."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Provider description, in the schema of Airflow's provider.yaml."""
    return {
        "package-name": "airflow-flink-chaos",
        "name": "Flink Chaos",
        "description": "Chaos tests for Flink on Kubernetes.",
    }
