"""What Airflow is told about this distribution: its name, hooks and connection type."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Provider description, in the schema of Airflow's provider.yaml."""
    return {
        "package-name": "airflow-flink-chaos",
        "name": "Flink Chaos",
        "description": "Chaos tests for Flink on Kubernetes.",
        "integrations": [{"integration-name": "Apache Flink", "external-doc-url": "https://flink.apache.org/"}],
        "hooks": [
            {
                "integration-name": "Apache Flink",
                "python-modules": ["flink_chaos.hooks.flink_chaos", "flink_chaos.hooks.sql_gateway"],
            }
        ],
        "connection-types": [_sql_gateway()],
    }


def _sql_gateway() -> dict[str, Any]:
    return {
        "connection-type": "flink_sql_gateway",
        "hook-class-name": "flink_chaos.hooks.sql_gateway.FlinkSqlGatewayHook",
        "hook-name": "Flink SQL Gateway",
        "ui-field-behaviour": {
            "hidden-fields": [],
            "relabeling": {"schema": "Database"},
            "placeholders": {
                "host": "gateway.example.com or https://example.com/path; empty with a Kubernetes service",
                "port": "8083",
                "schema": "database, or catalog.database",
            },
        },
        "conn-fields": {
            "service": _field("Kubernetes service", "Reached through the API server; then host is empty"),
            "namespace": _field("Kubernetes namespace", "Namespace of the service"),
            "kubernetes_conn_id": _field("Kubernetes connection", "Its cluster has the service; kubernetes_default"),
            "properties": _field("Session properties", "JSON object, such as pipeline.name", "object"),
            "timeout": _field("Timeout", "Seconds that a statement may take; 3600", "integer"),
            "ca_bundle": _field("CA bundle", "File with the certificate authorities to trust; https only"),
        },
    }


def _field(label: str, description: str, kind: str = "string") -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": [kind, "null"]}}
