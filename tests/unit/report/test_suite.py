from flink_chaos.model.suite import SuiteLine, SuiteVerdict
from flink_chaos.report.suite import render_suite


def test_one_message_tells_all_runs():
    """Outcome first; then each run with what differs, why and how long."""
    line = SuiteLine(
        name="first",
        fault="pod_delete",
        run_id="s0123456789__first",
        run_key="r0123456789",
        differs={"component": "jobmanager"},
        outcome="FAIL",
        reasons=["3 lost", "2 duplicated"],
        seconds=302.4,
    )
    never = line.model_copy(update={"name": "second", "run_key": "", "seconds": None, "outcome": "ABORTED"})
    text = render_suite(
        SuiteVerdict(
            suite_key="s0123456789",
            suite="small",
            dag_id="regression__small",
            run_id="manual__1",
            attempt=1,
            outcome="FAIL",
            lines=[line, never],
        )
    )
    head, _, _, _, first, second = text.splitlines()
    assert head == "FAIL  suite small manual__1 #1 (s0123456789), 0 of 2 passed"
    assert first.split("  ")[0] == "first r0123456789"
    assert all(word in first for word in ("component=jobmanager", "5 min 02 s", "3 lost; 2 duplicated"))
    assert second.startswith("second ")
