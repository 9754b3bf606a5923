import pytest
from flink_chaos.report.scale import Height, nice, thinned, ticks
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(("most", "round_"), [(31_843, 40_000), (1.235, 1.5), (100, 100), (0, 1), (0.03, 0.03)])
def test_an_axis_ends_at_a_round_number(most, round_):
    """Not far above what it must show."""
    assert nice(most) == pytest.approx(round_)


def test_the_highest_value_is_at_the_top():
    """And what is beyond stays at the edge."""
    height = Height(most=200, pixels=100)
    assert [height.y(value) for value in (0, 50, 200, 300)] == [100, 75, 0, 0]


def test_moments_are_round_and_zero_is_one():
    """The fault is what people look for."""
    assert ticks(-24.3, 63.9) == [-20, -10, 0, 10, 20, 30, 40, 50, 60]
    assert len(ticks(0, 1_800)) <= 11


@given(st.floats(-1e300, 1e300), st.floats(0, 1e300))
def test_however_long_an_axis_is_its_marks_are_few(begin, length):
    """One clock may be wrong by years."""
    assert len(ticks(begin, begin + length)) <= 11


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=400), st.integers(1, 20))
def test_thinning_keeps_every_peak_and_hollow_in_order(values, buckets):
    """Whatever is dropped lies between what is shown."""
    points = [(float(number), value) for number, value in enumerate(values)]
    kept = thinned(points, buckets)
    assert kept == sorted(kept)
    assert len(kept) <= max(2 * buckets, 0) or kept == points
    assert (min(v for _, v in kept), max(v for _, v in kept)) == (min(values), max(values))
