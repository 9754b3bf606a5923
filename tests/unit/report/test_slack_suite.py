from flink_chaos.report.slack_suite import suite_begun, suite_message

from tests.unit.suites import a_suite_plan, a_suite_verdict


def test_one_message_tells_all_runs():
    """A headline, the table, and why each run that did not pass did not."""
    told = suite_message(a_suite_verdict(), link="http://airflow/x")
    assert told["text"] == "FAIL: suite small, 0 of 2 passed"
    text = str(told["attachments"])
    assert all(part in text for part in ("first r0123456789", "3 lost; 2 duplicated", "<http://airflow/x|"))


def test_a_suite_that_begins_names_its_runs():
    """In grey; its verdict takes the place."""
    told = suite_begun(a_suite_plan(), link="http://airflow/x")
    assert told["text"] == "Running: suite small, 2 runs"
    text = str(told["attachments"])
    assert all(part in text for part in ("first   pod_delete", "second  pod_delete", "<http://airflow/x|", "#9e9ea6"))
