import pytest
from flink_chaos.model.observation import Observation, Sample
from flink_chaos.verdict.lag_debt import lag_debt
from flink_chaos.verdict.scene import Scene

from tests.unit.observed import BACK, journal, ms, observation, seen


def debt(told, caught_up=BACK + 5):
    return lag_debt(Scene(journal(), told), ms(caught_up) if caught_up else None)


def test_the_debt_is_the_area_between_both_lags():
    """The control goes up to 4,000 and back every 5 s; the chaos copy up to 14,000."""
    told = debt(observation())
    assert (told.peak, told.peak_control) == (14_000, 4_000)
    assert told.record_seconds == 5 * 5_000 + 5 * 10_000


def test_what_is_usual_for_the_control_counts_as_caught_up():
    """A quarter more than its highest, and some records."""
    told = debt(observation())
    assert (told.band, told.processing_band) == (5_010, 10)


def test_catching_up_is_predicted_from_the_load_before_the_fault():
    """1,000 records/s with tasks busy for a quarter of the time: 4,000 could be processed."""
    told = debt(observation())
    assert (told.capacity, told.input_rate) == (4_000, pytest.approx(1_000))
    assert told.predicted_seconds == pytest.approx((told.processing_peak - 10) / 3_000)


def test_nothing_is_predicted_for_an_application_without_room():
    """Its tasks were busy all the time: a debt is never paid back."""
    busy = [one.model_copy(update={"busy": 1.0}) if isinstance(one, Sample) else one for one in seen()]
    assert debt(Observation(busy)).predicted_seconds is None


def test_a_job_that_has_just_come_back_tells_old_numbers():
    """It says 0 at once, while nothing of the debt was read: the first look that counts is 2 s later."""
    assert debt(observation()).observed_seconds == 1.0


def test_a_debt_that_was_never_paid_has_no_time():
    """It is counted until the copy was given up."""
    told = debt(Observation(seen(back=999)), caught_up=None)
    assert (told.observed_seconds, told.drain_rate, told.peak) == (None, None, 80_000)
