from datetime import date

import pytest
from flink_chaos.profiles.strict_yaml import DEEPEST, MOST_VALUES, YamlProblem, load
from hypothesis import given
from hypothesis import strategies as st

TEXT = """\
base: &base {component: taskmanager, seed: 1}
runs:
- first
- <<: *base
  seed: 2
  again: *base
"""


def test_aliases_and_merges_are_taken_where_they_end():
    """People write them to repeat nothing."""
    base = {"component": "taskmanager", "seed": 1}
    assert load(TEXT).data == {"base": base, "runs": ["first", {**base, "seed": 2, "again": base}]}


def test_a_place_is_found_by_its_line():
    """Its innermost part that is in the text."""
    document = load(TEXT)
    places = [(), ("runs",), ("runs", 1), ("runs", 1, "again"), ("runs", 1, "again", "seed"), ("runs", 7), ("x", 1)]
    assert [document.line_of(place) for place in places] == [1, 2, 4, 6, 1, 2, 1]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("1", 1),
        ("-0x1F", -31),
        ("1e400", "1e400"),
        ("1.0e+400", float("inf")),
        (".inf", float("inf")),
        ("yes", True),
        ("~", None),
        ("", None),
        ("'2026-02-30'", "2026-02-30"),
        ("2026-02-28", date(2026, 2, 28)),
        ('"a\\tb"', "a\tb"),
        ("!!str 12", "12"),
    ],
)
def test_a_value_is_what_yaml_takes_it_for(text, data):
    """Only what cannot be is refused."""
    assert load(text).data == data


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: 010", "'010' for 8"), ("a: 12:30:00", "'12:30:00' for 45000"), ("a: -1:30", "'-1:30' for -90"), ("a: 00", "'00' for 0")],
)
def test_a_number_that_yaml_takes_for_another_is_told(text, told):
    """Nobody who writes so means it."""
    with pytest.raises(YamlProblem, match=f"YAML takes {told}; write that number, or put a text into quotes"):
        load(text)


def test_the_limits_themselves_are_taken():
    """One more is not."""
    deep, many = "[" * DEEPEST + "]" * DEEPEST, f"[{','.join(['1'] * (MOST_VALUES - 1))}]"
    assert len(load(many).data) == MOST_VALUES - 1
    load(deep)
    for text in (f"[{deep}]", many.replace("]", ",1]")):
        with pytest.raises(YamlProblem):
            load(text)


@given(st.text() | st.text("[]{}:,&*!<>-?|#'\" \n\tab01.%@`~=", max_size=60))
def test_no_text_does_anything_but_be_taken_or_refused(text):
    """One line, and the line that it is in."""
    try:
        load(text)
    except YamlProblem as problem:
        refused = problem
        lines = 2 + sum(text.count(end) for end in "\n\r\x85\u2028\u2029")
        assert (1 <= refused.line <= lines, "\n" in str(refused)) == (True, False)
