"""Waits of a run as Airflow sensors, always deferred."""
