"""What this distribution adds to Airflow's core: the on-demand timetable."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from flink_chaos.timetables import OnDemandTimetable


class FlinkChaosPlugin(AirflowPlugin):
    """Registered by entry point, so that Airflow finds it wherever the package is installed."""

    name = "flink_chaos"
    timetables = [OnDemandTimetable]  # noqa: RUF012 - Airflow declares it so
