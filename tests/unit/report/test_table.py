from flink_chaos.report.table import by_copy, table


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
