import pytest
from flink_chaos.report.table import by_copy, shown, table


def test_numbers_and_their_names_stand_to_the_right():
    """A column is read from its last digit."""
    assert list(table(["name", "n"], [["a", 100], ["b", 7]])) == ["name    n", "----  ---", "a     100", "b       7"]


def test_a_table_without_rows_is_its_names():
    """Nothing was found, and that is shown."""
    assert list(table(["name", "n"], [])) == ["name  n", "----  -"]


def test_a_copy_that_nobody_counted_has_no_row():
    """And a number that only one of them has leaves the other's place empty."""
    columns, rows = by_copy({"stable": {"lost": 0}, "chaos": {"lost": 1, "aborted": 2}, "other": {}})
    assert (columns, rows) == (["copy", "lost", "aborted"], [["stable", 0, None], ["chaos", 1, 2]])


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (1234, "1,234"), (True, "yes"), (0.5, "0.5"), (2.0, "2"), ("a", "a")]
)
def test_cells_are_for_people(value, text):
    """Numbers with separators, nothing as nothing."""
    assert shown(value) == text
