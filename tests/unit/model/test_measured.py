import pytest
from flink_chaos.model.measured import Measured, measured


@pytest.mark.parametrize(
    ("own", "noise", "bound", "told"),
    [
        ([10, 30, 20, 20, 20, 20], [], 45.0, "1.5 x the worst of 6 runs"),
        ([10, 30, 20, 20, 20], [29], 45.0, "1.5 x the worst of 5 runs"),
        ([10, 30, 20, 20, 20], [2, 40], 60.0, "1.5 x the worst of 2 runs without a fault"),
        ([0, 0, 0, 0, 0], [0], 0.0, "1.5 x the worst of 5 runs"),
        ([10, 30, 20, 20], [40] * 20, None, "not yet, 4 of 5 runs"),
        ([], [], None, "not yet, 0 of 5 runs"),
    ],
)
def test_a_bound_is_the_worst_run_with_a_margin_and_above_the_noise(own, noise, bound, told):
    """However many runs without a fault there are, those of the test itself must be enough."""
    found = measured(own, noise, 1)
    assert (found.bound, found.told) == (bound, told)


@pytest.mark.parametrize(
    ("worst", "digits", "bound"),
    [(1, 0, 2), (2, 0, 3), (3, 0, 5), (5.4, 1, 8.1), (13.2, 1, 19.8), (13.41, 1, 20.2), (0.111, 2, 0.17)],
)
def test_a_bound_is_rounded_up(worst, digits, bound):
    """A count is whole; and 1.5 x 5.4 s is 8.1 s, whatever floating point says."""
    assert measured([worst] * 5, [], digits).bound == bound


def test_a_bound_keeps_what_it_came_from():
    """Margin and number of runs may be others in a later version."""
    found = measured([10, 30, 20, 20, 20], [2, 40], 1)
    assert found.model_dump() == {
        "bound": 60.0,
        "runs": 5,
        "worst": 30.0,
        "noise_runs": 2,
        "noise_worst": 40.0,
        "margin": 1.5,
        "needed": 5,
    }
    for noise in (None, 40):
        told = found.model_copy(update={"margin": 2.0, "noise_worst": noise}).told
        assert told.startswith("2 x the worst of")
    assert measured([1], [], 1).model_copy(update={"needed": 3}).told == "not yet, 1 of 3 runs"
    assert Measured.model_validate_json(found.model_dump_json()) == found
