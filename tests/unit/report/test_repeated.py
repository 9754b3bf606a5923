import pytest
from flink_chaos.model.statistics import Repeated
from flink_chaos.report.repeated import repeated_table

from tests.unit.suites import repetitions_told

TWO = (
    repetitions_told()[0]
    .differences[0]
    .model_copy(update={"runs": 2, "low": None, "high": None, "p": None, "effect": None, "detectable": None})
)


def test_a_difference_is_told_with_how_sure_one_can_be():
    """Each number under its name."""
    columns, (row, _) = repeated_table(repetitions_told())
    assert dict(zip(columns, row, strict=True)) == {
        "repeated": "kill",
        "chaos less control": "highest lag, records",
        "runs": "5",
        "median": "9,350",
        "95 % interval": "9,000.0 to 9,700.0",
        "p": "0.062",
        "effect": "1",
        "smallest detectable": "480",
    }


@pytest.mark.parametrize(
    ("runs", "found", "median", "why"),
    [
        (0, [], "-", "too few runs for an interval (0 of 3)"),
        (1, [], "-", "too few runs for an interval (1 of 3)"),
        (2, [TWO], "9,350", "too few runs for an interval (2 of 3)"),
        (3, [], "-", "not observed"),
    ],
)
def test_without_an_interval_it_is_told_why(runs, found, median, why):
    """Two runs have a median."""
    _, ((*_, seen, _, told, p, effect, least),) = repeated_table([Repeated(name="kill", runs=runs, differences=found)])
    assert (told, p, effect, least) == (why, "-", "-", "-")
    assert (seen, repeated_table([Repeated(name="kill", runs=runs, differences=found)])[1][0][3]) == (str(runs), median)
