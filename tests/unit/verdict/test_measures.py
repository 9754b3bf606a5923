import pytest
from flink_chaos.verdict.measures import MEASURES


@pytest.mark.parametrize(("name", "measure"), MEASURES.items())
def test_a_measured_bound_has_as_many_digits_as_its_value_is_told_with(name, measure):
    """Or a run that is told to be as slow as its bound would break it."""
    told = measure.seen.format(value=10 / 3).split()[0]
    assert len(told.partition(".")[2]) == measure.digits, name
