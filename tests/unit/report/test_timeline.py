import itertools

from flink_chaos.model.base import Copy
from flink_chaos.model.observation import Observation, Sample
from flink_chaos.report.lanes import lanes
from flink_chaos.report.timeline import LEFT, PLOT, timeline
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import BACK, KILLED, checkpoint, journal, ms, observation, seen
from tests.unit.plans import a_plan


def drawn():
    return timeline(observation(), recovery(a_plan(), journal(), observation()))


def test_marks_and_fault_lie_where_they_happened():
    """Seconds since the fault, 38 s after the first of 130 s of samples."""
    told = drawn()
    assert (told.begin, told.end) == (-38.0, 92.0)
    assert told.fault == (0.0, 22.0)
    assert {label.name: label.at for label in told.labels}["running"] == 12.0
    assert told.x(-38.0) == LEFT
    assert told.x(92.0) == LEFT + PLOT


def test_labels_lie_in_rows_and_never_over_each_other():
    """The first one in the first row."""
    told = drawn()
    by_row = {}
    for label in told.labels:
        by_row.setdefault(label.row, []).append(told.x(label.at))
    assert by_row[0][0] == told.x(1.5)
    assert all(after - before >= 86 for xs in by_row.values() for before, after in itertools.pairwise(xs))


def test_each_lane_has_its_curves_on_its_own_scale():
    """The lag goes up to 14,000 in the chaos copy."""
    lag = drawn().stripes[0]
    assert (lag.lane.title, lag.height.most) == ("Lag", 15_000)
    assert [curve.name for curve, _ in lag.paths] == ["stable, committed", "chaos, committed", "chaos, not yet read"]
    assert lag.paths[0][1].startswith("M-38,")


def test_a_curve_is_broken_where_nobody_looked():
    """A line there would be an invention."""
    thin = [one for one in seen() if not (isinstance(one, Sample) and ms(70) < one.at_ms < ms(80))]
    curve = lanes(Observation(thin), ms(0))[0].curves[0]
    assert [(part[0][0], part[-1][0]) for part in curve.parts] == [(0, 70), (80, 130)]


def test_rates_are_those_of_some_seconds():
    """What the loader wrote, and nothing below zero."""
    loaded = lanes(observation(), ms(0))[1].curves[0]
    assert {round(value) for part in loaded.parts for at, value in part if 10 < at < 110} == {1_000}
    assert min(value for part in loaded.parts for _, value in part) == 0


def test_checkpoints_are_as_high_as_they_lasted_and_failed_ones_are_marked():
    """With their cause, for who points at them."""
    failed = checkpoint(90, 45, "FAILED", duration_ms=9_000, failure="expired")
    bars = lanes(observation(failed), ms(0))[3].bars
    assert [(bar.value, bar.look, bar.told) for bar in bars if "failed" in bar.look] == [
        (9.0, "chaos failed", "chaos: checkpoint 90 failed, 9.0 s expired")
    ]


def test_a_checkpoint_tells_how_long_its_barriers_took():
    """On their way, and waiting for each other."""
    slow = checkpoint(90, 45, duration_ms=4_000, start_delay_ms=2_500, alignment_ms=1_200)
    (bar,) = [bar for bar in lanes(observation(slow), ms(0))[3].bars if bar.value == 4]
    assert bar.told == "chaos: checkpoint 90 completed, 4.0 s, barriers on their way 2.5 s, alignment 1.2 s"


def test_tasks_are_told_in_spans_of_one_state():
    """Whole, part and whole again."""
    bars = lanes(observation(), ms(0))[4].bars
    assert [(bar.look, bar.begin, bar.end) for bar in bars] == [
        ("whole", 0, KILLED),
        ("part", KILLED, BACK),
        ("whole", BACK, 130),
    ]
    silent = [Sample(at_ms=ms(second), copy=Copy.CHAOS) for second in range(3)]
    assert [bar.look for bar in lanes(Observation(silent), ms(0))[4].bars] == ["away"]


def test_nothing_is_drawn_where_nobody_observed():
    """The page says so."""
    assert timeline(Observation(), None) is None
