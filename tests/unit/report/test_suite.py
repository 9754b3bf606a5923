from flink_chaos.report.suite import render_suite

from tests.unit.suites import a_suite_verdict


def test_one_text_tells_all_runs():
    """Outcome first; then each run with what differs, why and how long."""
    head, _, _, _, first, second = render_suite(a_suite_verdict()).splitlines()
    assert head == "FAIL  suite small manual__1 #1 (s0123456789), 0 of 2 passed"
    assert first.split("  ")[0] == "first r0123456789"
    assert all(word in first for word in ("component=jobmanager", "5 min 02 s", "3 lost; 2 duplicated"))
    assert second.startswith("second ")
