"""What this distribution adds to Airflow's core: its timetables."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from flink_chaos.timetables import OnDemandTimetable, PromptTimetable


class FlinkChaosPlugin(AirflowPlugin):
    """Registered by entry point, so that Airflow finds it wherever the package is installed."""

    name = "flink_chaos"
    timetables = [OnDemandTimetable, PromptTimetable]  # noqa: RUF012 - Airflow declares it so
