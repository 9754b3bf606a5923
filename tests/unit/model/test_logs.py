import pytest
from flink_chaos.model.logs import later, lines, moment, written_ns

SECOND = 1_767_225_600
NS = SECOND * 10**9


def line(fraction, text="x"):
    return f"2026-01-01T00:00:00.{fraction}Z {text}\n"


@pytest.mark.parametrize(
    ("text", "at_ns"),
    [
        ("2026-01-01T00:00:00.123456789Z x", NS + 123_456_789),
        ("2026-01-01T00:00:00.5Z x", NS + 500_000_000),
        ("2026-01-01T00:00:00Z ", NS),
        ("2026-01-01T02:00:00.000000001+02:00 x", NS + 1),
        ("\tat java.lang.Thread.run", None),
        ("2026-01-01 00:00:00,123 INFO x", None),
    ],
)
def test_a_line_tells_its_moment_to_the_nanosecond(text, at_ns):
    """Nodes write the offset of their own zone."""
    assert written_ns(text) == at_ns


def test_what_was_fetched_before_is_not_fetched_again():
    """The API goes back to the whole second; lines of one millisecond are told apart."""
    text = line("000000001", "a") + line("000000002", "b") + line("000000003", "c")
    assert later(text, NS + 2) == (line("000000003", "c"), NS + 3)
    assert later(text, NS + 3) == ("", NS + 3)


def test_half_a_line_is_left_for_the_next_time():
    """The cut falls anywhere."""
    assert later(line("1", "a") + line("2", "b")[:-1], 0) == (line("1", "a"), NS + 100_000_000)
    assert later(line("1", "a")[:-1], 0) == ("", 0)


def test_a_line_without_a_moment_goes_with_the_one_before_it():
    """A stack trace does not end a log."""
    text = line("1", "a") + "\tat x\n" + line("2", "b") + "\tat y\n"
    assert later(text, NS + 100_000_000) == (line("2", "b") + "\tat y\n", NS + 200_000_000)


def test_lines_are_told_without_their_moment():
    """Other separators than a line break are text: they may come from records."""
    told = list(lines("p", line("5", "a\u2028b\x0cc") + "no moment\n"))
    assert [(one.pod, one.text, one.at_ms) for one in told] == [("p", "a\u2028b\x0cc", SECOND * 1000 + 500)]


def test_a_moment_is_asked_for_by_its_second():
    """Rounded down, or lines were missed."""
    assert moment(NS + 999_999_999).timestamp() == SECOND
