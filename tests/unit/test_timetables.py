import pendulum
import pytest
from airflow.timetables.base import TimeRestriction
from flink_chaos.timetables import OnDemandTimetable, PromptTimetable

BEGIN = pendulum.datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 3, 3, 1, 30), (2026, 3, 3, 2)),
        ((2026, 3, 3, 2, 59), (2026, 3, 3, 2)),
        ((2026, 3, 3, 3, 1), (2026, 3, 4, 2)),
    ],
)
@pytest.mark.parametrize("earliest", [BEGIN, None])
def test_a_night_is_made_up_for_within_an_hour_only(monkeypatch, now, expected, earliest):
    """So a suite that is unpaused by day does not begin at once."""
    for place in ("flink_chaos.timetables.now", "airflow.timetables.trigger.utcnow"):
        monkeypatch.setattr(place, lambda *_: pendulum.datetime(*now))
    restriction = TimeRestriction(earliest=earliest, latest=None, catchup=False)
    found = PromptTimetable("0 2 * * *", timezone="UTC").next_dagrun_info_v2(
        last_dagrun_info=None, restriction=restriction
    )
    assert found.run_after == pendulum.datetime(*expected)


def test_a_backfill_gets_every_night():
    """However long ago."""
    restriction = TimeRestriction(earliest=BEGIN, latest=BEGIN.add(days=2), catchup=True)
    found = PromptTimetable("0 2 * * *", timezone="UTC").next_dagrun_info_v2(
        last_dagrun_info=None, restriction=restriction
    )
    assert found.run_after == pendulum.datetime(2026, 1, 1, 2)


def test_a_timetable_survives_its_serialization():
    """The scheduler reads it from the database."""
    table = PromptTimetable("0 2 * * *", timezone="Europe/Berlin")
    assert PromptTimetable.deserialize(table.serialize()).serialize() == table.serialize()


def test_what_never_fires_by_itself_shows_no_time():
    """Midnight in the list of DAGs would be read as a schedule, also after the scheduler wrote and read it."""
    table = OnDemandTimetable("@daily", timezone="UTC")
    assert OnDemandTimetable.deserialize(table.serialize()).summary == "On demand"
    assert "00:00" not in table.description
