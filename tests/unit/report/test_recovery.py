import pytest
from flink_chaos.report.recovery import SPAN_COLUMNS, bars, debt_rows, difference_row, headline, span_rows
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import checkpoint, journal, observation
from tests.unit.plans import a_plan
from tests.unit.suites import repetitions_told


def told(*more, **changed):
    return recovery(a_plan(), journal(), observation(*more, **changed))


def test_a_bar_is_as_long_as_the_recovery():
    """Its pieces are the times between the marks."""
    [(name, pieces)] = bars(told(), None)
    assert (name, sum(piece.share for piece in pieces)) == ("this run", pytest.approx(100))
    assert [round(piece.seconds, 1) for piece in pieces] == [1.5, 0, 0.5, 10, 1.2, 3.8]


def test_two_bars_have_one_scale():
    """The longer one is whole."""
    (_, this), (name, green) = bars(told(), told(back=60))
    assert name == "last green"
    assert sum(p.share for p in this) == pytest.approx(100 * 17 / 27)
    assert sum(p.share for p in green) == pytest.approx(100)


def test_a_mark_that_came_before_another_takes_no_time():
    """Flink's clock and the looks of each second do not always agree."""
    found = told()
    marks = [m.model_copy(update={"seconds": 0.5}) if m.name == "restarting" else m for m in found.marks]
    [(_, pieces)] = bars(found.model_copy(update={"marks": marks}), None)
    assert min(piece.seconds for piece in pieces) == 0


def test_the_first_numbers_are_those_people_ask_for():
    """With the control's beside them."""
    numbers = dict(headline(told()))
    assert numbers["recovered"] == "13.2 s"
    assert numbers["highest lag"] == "14,000 (control 4,000)"
    assert numbers["restored from"] == "checkpoint 7, 4.3 s old"


def test_what_was_not_seen_is_a_dash():
    """And never a zero."""
    empty = told().model_copy(update={"marks": [], "lag": None, "replayed": None, "restored_id": None})
    numbers = dict(headline(empty))
    assert (numbers["recovered"], numbers["highest lag"], numbers["read again"]) == ("-", "-", "-")
    assert (numbers["restored from"], debt_rows(empty), bars(empty, None)) == ("no checkpoint", [], [])


def test_checkpoints_are_told_in_seconds_with_their_causes():
    """One row for each phase."""
    rows = span_rows(told(checkpoint(90, 45, "FAILED", failure="expired")))
    assert [row[:3] for row in rows] == [["before the fault", 8, 0], ["in the fault", 2, 1], ["after the fault", 14, 0]]
    assert (rows[1][3], rows[1][-1]) == (0.2, "expired")


def test_checkpoints_are_told_with_their_alignment_and_drift():
    """In seconds, each under its name; what nobody saw stays null."""
    late = [checkpoint(90 + n, second, "FAILED") for n, second in enumerate((46, 54))]
    rows = span_rows(told(*late, checkpoint(95, 3, alignment_ms=40), back=60))
    cells = [dict(zip(SPAN_COLUMNS, row, strict=True)) for row in rows]
    assert [cell["longest alignment s"] for cell in cells] == [0.04, None, None]
    assert [cell["interval drift s"] for cell in cells] == [0, 2.5, 0]


def test_no_chance_is_told_as_zero():
    """Twenty runs that all agree: 0.000002."""
    one = repetitions_told()[0].differences[0]
    row = difference_row(
        one.model_copy(update={"p": 0.000002, "noise_p": 0.0009, "noise_runs": 4, "noise_median": 2.0})
    )
    assert (row[4], row[7:]) == ("< 0.001", ["2.0 in 4 runs", "< 0.001"])
    assert (difference_row(one)[4], difference_row(one)[7:]) == (0.0625, ["not measured", None])
