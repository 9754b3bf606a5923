"""Chaos tests for Flink on Kubernetes as Airflow DAGs, with a verdict you can trust."""
