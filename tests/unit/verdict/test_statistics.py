import pytest
from flink_chaos.verdict.recovery import recovery
from flink_chaos.verdict.statistics import differences
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.observed import journal, observation
from tests.unit.plans import a_plan

BASE = recovery(a_plan(), journal(), observation())


def with_peak(chaos, control=4_000):
    """The same recovery with other highest lags."""
    return BASE.model_copy(update={"lag": BASE.lag.model_copy(update={"peak": chaos, "peak_control": control})})


def lag(chaos, noise=()):
    return differences([with_peak(value) for value in chaos], [with_peak(value) for value in noise])[0]


def test_a_difference_that_every_run_shows_is_no_chance():
    """Eight runs, each some 10,000 records above the control."""
    told = lag([13_000 + 100 * number for number in range(8)])
    assert (told.name, told.runs, told.median) == ("highest lag", 8, 9_350)
    assert 9_000 <= told.low <= told.median <= told.high <= 9_700
    assert (told.effect, told.p < 0.05, told.detectable < 500) == (1.0, True, True)


def test_runs_that_scatter_about_nothing_show_nothing():
    """As often above the control as below."""
    told = lag([3_000, 5_000, 3_500, 4_500, 3_900, 4_100])
    assert told.low < 0 < told.high
    assert (told.p > 0.5, abs(told.effect) < 0.2) == (True, True)


def test_two_runs_have_a_median_and_no_interval():
    """It would be a guess."""
    told = lag([14_000, 15_000])
    assert (told.median, told.low, told.p, told.effect, told.detectable) == (10_500, None, None, None, None)


def test_one_run_is_no_repetition():
    """Its own difference stands in its report."""
    assert differences([BASE], []) == []


def test_runs_without_a_fault_are_the_noise_that_a_difference_must_exceed():
    """By ranks: lags are not normal."""
    told = lag([14_000, 15_000, 16_000, 17_000], noise=[4_100, 4_000, 3_900, 4_050])
    assert (told.noise_runs, told.noise_median, told.noise_p < 0.05) == (4, 25.0, True)
    assert lag([14_000, 15_000, 16_000], noise=[4_000]).noise_p is None


@pytest.mark.parametrize("values", [[4_000] * 5, [14_000] * 5])
def test_runs_that_are_all_equal_have_an_interval_of_one_point(values):
    """No warning, no division by nothing."""
    told = lag(values)
    assert (told.low, told.high, told.detectable) == (told.median, told.median, 0)
    assert (told.effect, told.p < 0.1) == ((1.0, True) if told.median else (0.0, False))
    assert told.p <= 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 100_000), min_size=3, max_size=9))
def test_the_same_runs_always_give_the_same_numbers(values):
    """A report drawn again tells the same."""
    first, second = lag(values), lag(values)
    assert first == second
    assert first.low <= first.median <= first.high


def test_what_was_not_observed_is_left_out():
    """Not taken for zero."""
    blind = BASE.model_copy(update={"lag": None})
    assert [one.name for one in differences([blind, blind, BASE], [])] == ["output stall"]


def test_the_smallest_detectable_difference_is_that_of_a_paired_t_test():
    """Three runs that scatter by 1,000: (4.303 + 1.061) * 1,000 / sqrt(3)."""
    told = lag([13_000, 14_000, 15_000], noise=[4_000, 4_001, 4_002])
    assert told.detectable == pytest.approx(3_096.6, abs=0.5)
    assert told.noise_p == pytest.approx(0.1)


def test_an_effect_weighs_each_difference_by_its_rank():
    """One record is a difference; -1, +2 and +3 speak by 1, 2 and 3 of 6, and no difference by nothing."""
    assert lag([4_001, 4_001, 4_001]).effect == 1.0
    assert lag([3_999, 4_000, 4_002, 4_003]).effect == pytest.approx((2 + 3 - 1) / 6)


def test_a_stall_is_told_less_the_controls():
    """And not at all where one of both is not known."""
    assert differences([BASE, BASE], [])[1].median == 10
    blind = BASE.model_copy(update={"output_stall_control_seconds": None})
    assert [one.name for one in differences([blind, blind], [])] == ["highest lag"]
