import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.logs import KeptLog, LogLine, Logs
from flink_chaos.model.observation import Observation
from flink_chaos.report.said import LENGTH, MOST, plain, said
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import KILLED, event, journal, ms, observation
from tests.unit.plans import a_plan

FAULT = KILLED - 2


def line(second, text, pod="jm"):
    return LogLine(ms(second) * 1_000_000, pod, f"2026-01-01 00:00:00,000 {text}")


def told(*lines, events=()):
    return said(Observation(events), recovery(a_plan(), journal(), observation()), Logs([], lines), ms(FAULT))


def test_only_events_that_warn_are_shown():
    """Seconds since the fault, with how often each happened."""
    found = told(events=[event(FAULT + 3, count=4), event(FAULT, "e2", warning=False)])
    assert found.warnings == [[3.0, "chaos", "Pod/chaos-r1-taskmanager-1-1", "Unhealthy", "probe failed", 4]]


def test_warnings_since_the_fault_come_before_those_of_the_start():
    """There is room for twenty, in the order of time."""
    early, late = [event(n, f"a{n}") for n in range(10)], [event(FAULT + n, f"b{n}") for n in range(15)]
    found = told(events=[*early, *late])
    assert [row[0] for row in found.warnings] == [*(float(n - FAULT) for n in range(5)), *map(float, range(15))]
    assert found.left_out == (5, 0)


def test_lines_are_those_around_the_fault():
    """From some seconds before it to two minutes after it ended."""
    ended = 60
    seconds = [FAULT - 6, FAULT - 4, ended + 119, ended + 121]
    assert [row[0] for row in told(*(line(s, f"WARN  {s}") for s in seconds)).lines] == [-4.0, ended + 119 - FAULT]


@pytest.mark.parametrize("change", [None, {"undisturbed": True}])
def test_without_a_fault_the_whole_run_is_around_it(change):
    """A run that ended early is explained by its log alone."""
    found = recovery(a_plan(), journal(), observation()).model_copy(update=change) if change else None
    lines = [line(0, "ERROR a"), line(9_999, "WARN  b")]
    assert [row[2] for row in said(Observation(), found, Logs([], lines), 0).lines] == ["ERROR a", "WARN  b"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ERROR Class - why", True),
        ("WARN  Class - why", True),
        ("[main] FATAL why", True),
        ("INFO  Class - state is ERROR", False),
        ("x" * 90 + " ERROR", False),
        ("\tat java.lang.Thread.run", False),
    ],
)
def test_a_line_is_shown_for_its_level(text, shown):
    """What a message says of errors is no level."""
    assert bool(told(line(FAULT, text)).lines) is shown


def test_a_line_that_is_repeated_is_one_with_a_count():
    """Its own times differ; another pod's line is another one."""
    again = LogLine(ms(FAULT + 2) * 1_000_000, "jm", "2026-01-01 00:00:09,000 WARN  a")
    assert told(line(FAULT, "WARN  a"), again, line(FAULT + 3, "WARN  a", "jm2")).lines == [
        [0.0, "jm", "WARN  a", 2],
        [3.0, "jm2", "WARN  a", 1],
    ]


def test_errors_have_room_before_warnings():
    """At most twenty lines, in the order of time."""
    lines = [line(FAULT + n, f"WARN  {n}") for n in range(MOST)]
    found = told(*lines, line(FAULT + MOST, "ERROR late"))
    assert [row[2] for row in found.lines] == [*(f"WARN  {n}" for n in range(MOST - 1)), "ERROR late"]
    assert found.left_out == (0, 1)


def test_kept_logs_are_named_with_their_size():
    """Where they lie beside the report."""
    found = said(Observation(), None, Logs([KeptLog(Copy.CHAOS, "p", 7)]), 0)
    assert found.logs == [["logs/chaos/p/", 7]]


def test_text_of_others_is_one_short_line():
    """No control characters, none that turn the reading order, and not a megabyte."""
    assert plain("a\n\x1b[31mb\u202ec") == "a \\x1b[31mb\\u202ec"
    assert (len(plain("x" * 10_000)), plain("x" * 10_000)[-1], plain("x" * LENGTH)) == (LENGTH, "…", "x" * LENGTH)
