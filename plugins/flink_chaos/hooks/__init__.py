"""From Airflow's connections to the systems of a run."""
