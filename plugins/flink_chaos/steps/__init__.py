"""What a run does, one module a step, without Airflow: the CLI and the DAGs call the same functions."""
