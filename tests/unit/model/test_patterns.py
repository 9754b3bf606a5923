import re
import time

import pytest
from flink_chaos.model.parameter import Parameter
from flink_chaos.model.patterns import slow_part


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(a+)+$", "a repetition within a repetition"),
        ("(?:a*)*b", "a repetition within a repetition"),
        ("((ab?)+c)*", "a repetition within a repetition"),
        ("(a|aa)+$", "a choice within a repetition"),
        ("(?:x(?=a|ab))*", "a choice within a repetition"),
        (r"(a)\1*", "a reference to a group"),
        ("a*a*a*a*b", "4 repetitions without end; 3 are allowed"),
    ],
)
def test_a_pattern_that_may_try_every_way_is_found(pattern, told):
    """Each kind of it."""
    assert slow_part(pattern) == told


@pytest.mark.parametrize("pattern", ["[1-9][0-9]*|[1-9][0-9]?%|100%", "a{3}", "(ab){2,3}", r"\d+(\.\d+)?", "[a-z]+=[0-9]+", ""])
def test_patterns_of_numbers_and_names_are_fine(pattern):
    """Whatever the text."""
    assert slow_part(pattern) == ""
    begin = time.monotonic()
    re.fullmatch(pattern, "a1" * 500 + "!")
    assert time.monotonic() - begin < 5


def test_a_profile_with_such_a_pattern_is_refused():
    """Airflow's API server would check its form by it."""
    with pytest.raises(ValueError, match="may need hours for one text: it holds a repetition within a repetition"):
        Parameter(name="x", title="x", type="string", default="a", pattern="(a+)+$")
