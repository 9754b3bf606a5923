from datetime import UTC, datetime, timedelta

import pytest
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.strategies import ByDuration, PartitionState, ToDatetime, parse_duration, parse_strategy
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATE = PartitionState(number=0, start=10, end=100, committed=50, at_time=70)
EMPTY = PartitionState(number=3, start=10, end=100)


@pytest.mark.parametrize(
    ("text", "target", "without_commit"),
    [
        ("to-earliest", 10, 10),
        ("to-latest", 100, 100),
        ("to-current", 50, 100),
        ("to-offset:42", 42, 42),
        ("to-offset:5", 10, 10),
        ("to-offset:500", 100, 100),
        ("to-datetime:2026-01-01T00:00:00Z", 70, 100),
        ("by-duration:PT5M", 70, 100),
    ],
)
def test_a_strategy_sets_what_kafkas_tool_sets(text, target, without_commit):
    """Offsets are clamped to what the partition holds; where there is no commit or no young record: the end."""
    strategy = parse_strategy(text)
    assert (strategy.target(STATE), strategy.target(EMPTY)) == (target, without_commit)


@pytest.mark.parametrize(("count", "target"), [(-10, 40), (10, 60), (-100, 10), (100, 100)])
def test_a_shift_counts_from_the_commit_and_is_clamped(count, target):
    """A shift never leaves the log."""
    assert parse_strategy(f"shift-by:{count}").target(STATE) == target


def test_a_shift_without_a_commit_is_refused_and_names_the_partition():
    """There is nothing to count from."""
    with pytest.raises(KafkaProblem, match="cannot shift partition 3 by -1: the group has no committed offset"):
        parse_strategy("shift-by:-1").target(EMPTY)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(-(10**12), 10**12))
def test_no_strategy_leaves_the_log(start, length, committed, number):
    """Whatever is asked, the target lies in [start, end]."""
    state = PartitionState(0, start, start + length, committed, None)
    texts = ("to-latest", "to-earliest", "to-current", f"to-offset:{abs(number)}", f"shift-by:{number}")
    assert all(start <= parse_strategy(text).target(state) <= start + length for text in texts)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T00:00:00Z", NOW),
        ("2026-01-01T00:00:00.000", NOW),
        ("2026-01-01T02:00:00.000+02:00", NOW),
    ],
)
def test_a_time_without_zone_is_utc(text, at):
    """As for Kafka's tool."""
    assert parse_strategy(f"to-datetime:{text}") == ToDatetime(at)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT5M", timedelta(minutes=5)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P2D", timedelta(days=2)),
        ("-PT1H", timedelta(hours=-1)),
        ("PT-1H30M", timedelta(minutes=-30)),
    ],
)
def test_durations_are_javas(text, duration):
    """What Duration.parse takes."""
    assert parse_duration(text) == duration


def test_a_duration_counts_back_from_now():
    """by-duration asks for the time that lies so far back."""
    assert ByDuration(timedelta(hours=1)).time_asked(NOW) == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    ["latest", "", "to-offset", "to-offset:", "to-offset:-1", "to-offset:x", "shift-by:1.5", "to-latest:1",
     "to-datetime:2026-01-01", "to-datetime:noon", "by-duration:5m", "by-duration:P", "by-duration:PT",
     "by-duration:P1DT", "by-duration:P4000000D", "by-duration:-P999999999D"],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_what_would_be(text):
    """The message shows a form that works."""
    with pytest.raises(KafkaProblem, match=r"to-|shift-by:-100|by-duration:PT5M"):
        parse_strategy(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("by-duration:P999999D", "that is beyond the years 1 to 9999; write it like 'by-duration:PT5M'"),
        (f"by-duration:PT{'9' * 400}H", "that is beyond the years 1 to 9999"),
        ("to-datetime:0000-01-01T00:00", "write it like 'to-datetime:"),
        (f"to-offset:{'9' * 5_000}", "is no number of records; write it like 'to-offset:42'"),
        ("shift-by:1_0", "'1_0' is no number of records"),
        ("to-offset:٣", "is no number of records"),
        (f"to-{'x' * 10_000}", "are not understood"),
    ],
)
def test_a_refusal_is_one_short_line_in_our_words(text, told):
    """Python's own tell of C integers and limits of digits."""
    with pytest.raises(KafkaProblem, match=told) as refused:
        parse_strategy(text)
    assert (len(str(refused.value)) < 400, "\n" in str(refused.value)) == (True, False)


@pytest.mark.parametrize("text", ["by-duration:-P999999D", "to-datetime:0001-01-01T00:00+14:00", "to-datetime:9999-12-31T23:59-14:00"])
def test_a_time_that_is_planned_can_be_asked_for(text):
    """Kafka counts it in milliseconds."""
    assert parse_strategy(text).time_asked(NOW).timestamp() is not None
