import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from flink_chaos.flink.literals import filled, literal
from hypothesis import given
from hypothesis import strategies as st

SUMMER = timezone(timedelta(hours=2))


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (-5, "(-5)"),
        (Level.HIGH, "3"),
        (1.5, "1.5E0"),
        (-1e-7, "(-1e-07)"),
        (2**63, "CAST('9223372036854775808' AS DECIMAL(19, 0))"),
        (Decimal("1E+3"), "CAST('1000' AS DECIMAL(4, 0))"),
        (Decimal("-0.10"), "CAST('-0.10' AS DECIMAL(2, 2))"),
        (Decimal("12.05"), "CAST('12.05' AS DECIMAL(4, 2))"),
        (Decimal(0), "CAST('0' AS DECIMAL(1, 0))"),
        ("it's", "'it''s'"),
        (r"a\'b", r"'a\''b'"),
        (b"\x00\xff", "X'00ff'"),
        (date(2026, 1, 2), "DATE '2026-01-02'"),
        (time(1, 2, 3), "TIME '01:02:03'"),
        (datetime.fromisoformat("2026-01-02T03:04:05.000006"), "TIMESTAMP '2026-01-02 03:04:05.000006'"),
        (datetime(1970, 1, 1, 2, 0, 1, 5000, tzinfo=SUMMER), "TO_TIMESTAMP_LTZ(1005, 3)"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "TO_TIMESTAMP_LTZ(-1000, 3)"),
    ],
)
def test_a_value_is_written_as_its_own_type(value, written):
    """So that a DOUBLE is no DECIMAL, and a minus after a minus no comment."""
    assert literal(value) == written


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), Decimal("NaN"), Decimal("1E+38"), 10**38, [1], {"a": 1}, object(), time(1, tzinfo=UTC), time(1, 1, 1, 1000),
     datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)],
)  # fmt: skip
def test_what_has_no_literal_is_refused(value):
    """Nothing is rounded or guessed."""
    with pytest.raises(ValueError, match="no SQL literal"):
        literal(value)


@given(st.text())
def test_no_text_can_leave_its_quotes(text):
    """Without the doubled ones no quote is left inside, so the text ends where the literal does."""
    written = literal(text)
    assert (written[0], written[-1], "'" in written[1:-1].replace("''", "")) == ("'", "'", False)
    assert written[1:-1].replace("''", "'") == text


@pytest.mark.parametrize(
    ("statement", "parameters", "text"),
    [
        ("SELECT %s, %s", [1, "%s"], "SELECT 1, '%s'"),
        ("SELECT %(a)s, %(b)s, %(a)s", {"a": 1, "b": "%(a)s", "c": 2}, "SELECT 1, '%(a)s', 1"),
        ("SELECT a %% 2 LIKE '%%x' AND b = %s", (1,), "SELECT a % 2 LIKE '%x' AND b = 1"),
    ],
)
def test_parameters_stand_where_they_are_marked(statement, parameters, text):
    """What a parameter holds is never looked at again."""
    assert filled(statement, parameters) == text


@pytest.mark.parametrize(
    ("statement", "parameters", "message"),
    [
        ("SELECT %s, %s", [1], "fewer parameters"),
        ("SELECT %s", [1, 2], "1 parameters too many"),
        ("SELECT %(b)s", {"a": 1}, "no parameter is named 'b'"),
        ("SELECT %(b)s", [1], "no parameter is named 'b'"),
        ("SELECT %s", {"a": 1}, "fewer parameters"),
        ("SELECT 5 % 2, %s", [1], "a % stands alone at character 10: write %%"),
        ("SELECT %(a)r", {"a": "x"}, "a % stands alone"),
    ],
)
def test_marks_and_parameters_that_do_not_fit_are_told(statement, parameters, message):
    """No other format of Python's can get around the quotes."""
    with pytest.raises(LookupError, match=message):
        filled(statement, parameters)
