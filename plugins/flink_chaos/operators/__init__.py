"""Steps of a run as Airflow operators: parse, call the step, defer."""
