from xml.etree.ElementTree import fromstring

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Steady, StepFailed
from flink_chaos.model.journal import Journal
from flink_chaos.report.junit import junit, suite_junit
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table
from tests.unit.suites import a_suite_verdict

PLAN = a_plan()
LOSSES = (counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3))
UNSTEADY = Steady(at=AT, ok=False, message="too slow", lag={}, records_per_second=9)


def read(verdict):
    """The one suite in it, and its cases by name with what they came to."""
    suite = fromstring(junit(verdict)).find("testsuite")
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    return suite, cases


def test_each_demand_is_a_case():
    """All of a PASS are good."""
    suite, cases = read(judge(PLAN, journal()))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "0", "0", "0"]
    assert set(map(tuple, cases.values())) == {()}


def test_a_broken_contract_is_a_failure_of_its_line():
    """With what was seen and what was demanded."""
    suite, cases = read(judge(PLAN, journal(*LOSSES)))
    assert ([name for name, told in cases.items() if told], suite.get("failures")) == (["no loss"], "1")
    assert "3 lost; demanded: 0 lost" in suite.find("testcase/failure").get("message")


def test_a_run_that_says_nothing_of_the_application_fails_none_of_its_lines():
    """It is one error, and what looks broken is skipped."""
    suite, cases = read(judge(PLAN, journal(*LOSSES, UNSTEADY)))
    assert (cases["no loss"], cases["verdict"], suite.get("failures")) == (["skipped"], ["error"], "0")
    assert suite.find("testcase/error").get("type") == "INCONCLUSIVE"


@pytest.mark.parametrize("evil", ["\x00\x1b[31m", "<a>&\"'", "\ud800", "\uffff"])
def test_whatever_stands_in_a_reason_the_file_can_be_read(evil):
    """Colours of a terminal, markup, halves of letters."""
    verdict = judge(PLAN, Journal([])).model_copy(update={"outcome": "ABORTED", "reasons": [evil]})
    assert read(verdict)[0].find("testcase/error") is not None


def test_an_aborted_run_is_an_error():
    """Nothing was judged."""
    suite, cases = read(judge(PLAN, Journal([StepFailed(at=AT, step="lock", message="why")])))
    assert (cases["verdict"], suite.find("system-out").text) == (["error"], "lock: why")


def test_a_suite_has_a_case_for_each_run():
    """By its fault, with how long it took."""
    suite = fromstring(suite_junit(a_suite_verdict())).find("testsuite")
    verdict = a_suite_verdict()
    assert [case.get("name") for case in suite.iter("testcase")] == [line.name for line in verdict.lines]
    assert int(suite.get("failures")) == sum(line.outcome == "FAIL" for line in verdict.lines)
