from flink_chaos.report.table import table


def test_numbers_and_their_names_stand_to_the_right():
    """A column is read from its last digit."""
    assert list(table(["name", "n"], [["a", 100], ["b", 7]])) == ["name    n", "----  ---", "a     100", "b       7"]


def test_a_table_without_rows_is_its_names():
    """Nothing was found, and that is shown."""
    assert list(table(["name", "n"], [])) == ["name  n", "----  -"]
