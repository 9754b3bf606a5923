"""Kafka as this package needs it: topics, consumer offsets and lag. Knows nothing of Kubernetes, Flink or Airflow."""
