"""A schedule that never fires by itself, so that a DAG started by hand can be backfilled too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.timetables.trigger import CronTriggerTimetable

if TYPE_CHECKING:
    from airflow.timetables.base import DagRunInfo, TimeRestriction


class OnDemandTimetable(CronTriggerTimetable):
    """Cron ticks for backfills only: Airflow refuses to backfill a DAG without a schedule.

    The scheduler asks with `catchup` off and gets no next run; a backfill asks with it on and gets the ticks.
    """

    description = "on demand: by trigger or backfill"

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
