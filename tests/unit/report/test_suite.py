from flink_chaos.report.suite import render_suite

from tests.unit.suites import a_suite_verdict, repetitions_told


def test_one_text_tells_all_runs():
    """Outcome first; then each run with what differs, why and how long."""
    head, _, _, _, first, second = render_suite(a_suite_verdict()).splitlines()
    assert head == "FAIL  suite small manual__1 #1 (s0123456789), 0 of 2 passed"
    assert first.split("  ")[0] == "first r0123456789"
    assert all(word in first for word in ("component=jobmanager", "5 min 02 s", "3 lost; 2 duplicated"))
    assert second.startswith("second ")


def test_repetitions_stand_below_the_runs():
    """With the interval, or why there is none; nothing where nothing was repeated."""
    verdict = a_suite_verdict()
    *runs, gap, columns, _, kill, drill = render_suite(
        verdict.model_copy(update={"repeated": repetitions_told()})
    ).splitlines()
    assert ("\n".join(runs), gap) == (render_suite(verdict), "")
    assert [columns.split("  ")[0], kill.split("  ")[0], drill.split("  ")[0]] == ["repeated", "kill", "drill"]
    assert ("9,000.0 to 9,700.0" in kill, "too few runs for an interval (1 of 3)" in drill) == (True, True)
