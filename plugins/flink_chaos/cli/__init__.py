"""The command flink-chaos: the same steps as the DAGs, without Airflow."""
