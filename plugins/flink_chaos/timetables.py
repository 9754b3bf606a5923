"""Schedules for what breaks things: one never fires by itself, the other never long after its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import now

if TYPE_CHECKING:
    from airflow.timetables.base import DagRunInfo, DataInterval

LATE_HOURS = 1
"""How late a scheduled run may still begin."""


class OnDemandTimetable(CronTriggerTimetable):
    """Cron ticks for backfills only: Airflow refuses to backfill a DAG without a schedule.

    The scheduler asks with `catchup` off and gets no next run; a backfill asks with it on and gets the ticks.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.description = "By trigger or backfill; the schedule only says which dates a backfill makes"

    @property
    def summary(self) -> str:
        """What the list of DAGs shows: the ticks would look like a schedule."""
        return "On demand"

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the next tick inside a backfill, None for the scheduler."""
        if not restriction.catchup:
            return None
        return super().next_dagrun_info_v2(last_dagrun_info=last_dagrun_info, restriction=restriction)

    def next_dagrun_info(
        self, *, last_automated_data_interval: object, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the next tick inside a backfill, None for the scheduler."""
        if not restriction.catchup:
            return None
        return super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval,  # type: ignore[arg-type]
            restriction=restriction,
        )


class PromptTimetable(CronTriggerTimetable):
    """Cron ticks, each missed for good after an hour: to unpause a DAG by day must not start the run of last night."""

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the next tick; outside a backfill none that is more than an hour old."""
        if not restriction.catchup:
            bound = now("UTC").subtract(hours=LATE_HOURS)
            earliest = max(restriction.earliest, bound) if restriction.earliest else bound
            restriction = TimeRestriction(earliest=earliest, latest=restriction.latest, catchup=False)
        return super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
