import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.observation import Observation, Sample
from flink_chaos.verdict.lag_debt import _area, _predicted, _rate, lag_debt
from flink_chaos.verdict.scene import Scene

from tests.unit.observed import BACK, KILLED, journal, ms, observation, seen


def debt(told, caught_up=BACK + 5):
    return lag_debt(Scene(journal(), told), ms(caught_up) if caught_up else None)


def looks(copy, **fields):
    """At one copy, with other fields where they are known."""
    own = [one for one in seen() if isinstance(one, Sample) and one.copy_ is copy]
    return [one.model_copy(update={n: v for n, v in fields.items() if getattr(one, n) is not None}) for one in own]


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


@pytest.mark.parametrize("busy", [5e-324, 1e-306])
def test_nothing_is_predicted_from_a_capacity_beyond_all_numbers(busy):
    """Its tasks were busy for next to no time."""
    idle = Observation([*looks(Copy.CHAOS, busy=busy), *looks(Copy.STABLE)])
    assert (debt(idle).capacity, debt(idle).predicted_seconds) == (None, None)


def test_a_job_that_has_just_come_back_tells_old_numbers():
    """It says 0 at once, while nothing of the debt was read: the first look that counts is 2 s later."""
    told = debt(observation())
    assert (told.processing_peak, told.observed_seconds) == (11_000, 1.0)


def test_records_that_wait_are_those_that_flink_has_not_read():
    """They fall from the peak into what is usual for the control, in that time."""
    paid = [
        one.model_copy(update={"pending_lag": 511}) if one.at_ms == ms(BACK + 2) else one
        for one in looks(Copy.CHAOS, pending_lag=510)
    ]
    told = debt(Observation([*paid, *looks(Copy.STABLE, pending_lag=400)]))
    assert (told.processing_band, told.observed_seconds, told.drain_rate) == (510, 2.0, (11_000 - 510) / 2)


def test_the_debt_ends_when_it_is_paid():
    """What comes later is another one; of the control too."""
    late = [
        one.model_copy(update={"committed_lag": 9_999}) if one.at_ms == ms(100) else one for one in looks(Copy.STABLE)
    ]
    told = debt(Observation([*looks(Copy.CHAOS), *late]), caught_up=45)
    assert (told.peak, told.peak_control) == (5_000, 4_000)


@pytest.mark.parametrize("copy", Copy)
def test_there_is_no_debt_without_looks_at_both_copies(copy):
    """One alone compares with nothing."""
    assert debt(Observation(looks(copy))) is None


def test_nothing_is_predicted_where_nobody_knows_the_capacity():
    """No busy share, no look before the fault, or no load."""
    idle = [*looks(Copy.CHAOS, busy=None), *looks(Copy.STABLE)]
    late = [one for one in seen() if one.at_ms >= ms(KILLED - 1)]
    for told in (debt(Observation(idle)), debt(Observation(late))):
        assert (told.capacity, told.predicted_seconds, told.input_rate) == (None, None, pytest.approx(1_000))
    assert [_predicted(10, *rates) for rates in ((None, 1.0), (5.0, None), (5.0, 5.0), (7.0, 5.0))] == [
        None,
        None,
        None,
        5,
    ]
    assert _predicted(-10, 7.0, 5.0) == 0


def test_the_area_is_taken_against_the_last_look_at_the_control():
    """The first of them until there is one."""
    assert _area([(0, 10), (1_000, 10)], [(0, 4), (500, 0)]) == 6
    assert _area([(0, 10), (1_000, 10)], [(500, 4), (600, 0)]) == 6
    assert _area([(0, 10), (500, 10), (1_000, 0)], [(0, 4), (500, 20)]) == 3


@pytest.mark.parametrize(
    ("series", "rate"),
    [
        ([], None),
        ([(0, 1)], None),
        ([(5, 1), (5, 9)], None),
        ([(0, 0), (1_000, 7)], 7),
        ([(0, 0), (0, 1), (2_000, 6)], 3),
    ],
)
def test_a_rate_is_that_from_the_first_look_to_the_last(series, rate):
    """None without a time between them."""
    assert _rate(series) == rate


def test_a_debt_that_was_never_paid_has_no_time():
    """It is counted until the copy was given up."""
    told = debt(Observation(seen(back=999)), caught_up=None)
    assert (told.observed_seconds, told.drain_rate, told.peak) == (None, None, 80_000)
