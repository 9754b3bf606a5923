"""Kubernetes as this package needs it: raw objects, pods, leases, service proxy. Knows nothing of Flink or Airflow."""
