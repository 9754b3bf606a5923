import json

from flink_chaos.report.slack_suite import suite_begun, suite_message

from tests.unit.suites import a_suite_plan, a_suite_verdict, repetitions_told


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


def test_repetitions_are_told_in_the_same_message():
    """Before where it comes from."""
    told = suite_message(a_suite_verdict().model_copy(update={"repeated": repetitions_told()}))
    table, source = [str(block) for block in told["attachments"][0]["blocks"][-2:]]
    assert all(
        part in table for part in ("*Repetitions*", "9,000.0 to 9,700.0", "too few runs for an interval (1 of 3)")
    )
    assert "s0123456789" in source


def test_a_message_stays_within_what_slack_takes():
    """Whatever is repeated, and however long the reasons are."""
    verdict = a_suite_verdict()
    lines = [verdict.lines[0].model_copy(update={"name": f"kill_r{n}", "reasons": ['"' * 400] * 9}) for n in range(50)]
    many = [one.model_copy(update={"name": f"{one.name}{n}"}) for n in range(50) for one in repetitions_told()]
    told = suite_message(verdict.model_copy(update={"lines": lines, "repeated": many}))
    assert len(json.dumps(told["attachments"][0]["blocks"], ensure_ascii=False)) < 10_000
