from xml.etree.ElementTree import fromstring

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Steady, StepFailed
from flink_chaos.model.journal import Journal
from flink_chaos.report.junit import Result, junit, suite_junit
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table
from tests.unit.suites import a_suite_verdict

PLAN = a_plan()
LOSSES = (counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3))
UNSTEADY = Steady(at=AT, ok=False, message="too slow", lag={}, records_per_second=9)


def read(verdict):
    """The one suite in it, and its cases by name with what they came to."""
    suite = fromstring(junit(Result(PLAN, verdict, 61.5))).find("testsuite")
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    return suite, cases


def test_each_demand_is_a_case():
    """All of a PASS are good."""
    suite, cases = read(judge(PLAN, journal()))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["7", "0", "0", "0"]
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


def test_a_run_tells_what_was_tested_and_how_long_it_took():
    """So that results of many runs can be told apart."""
    suite, _ = read(judge(PLAN, journal()))
    properties = {found.get("name"): found.get("value") for found in suite.iter("property")}
    assert properties == {
        "run_key": PLAN.run_key,
        "pipeline": "ad_events",
        "fault": "pod_delete",
        "guarantee": "EXACTLY_ONCE",
        "environment": "lab",
        "contract": "EXACTLY_ONCE",
        "outcome": "PASS",
    }
    assert (suite.get("time"), "no loss: 200,000 of" in suite.find("system-out").text) == ("61.500", True)


def test_a_dry_run_is_skipped():
    """It is neither good nor bad."""
    plan = a_plan(dry_run=True)
    suite = fromstring(junit(Result(plan, judge(plan, Journal([])), None))).find("testsuite")
    assert (suite.get("skipped"), suite.get("tests"), suite.get("time")) == ("4", "4", None)


def test_what_nobody_looked_at_is_skipped():
    """A killed worker says nothing of the application."""
    _, cases = read(judge(PLAN, Journal([])))
    assert cases == {name: ["skipped"] for name in ("caught up", "stopped", "delivered", "restored")} | {
        "verdict": ["error"]
    }


def test_a_suite_holds_all_its_runs_line_by_line():
    """One that never began is one case."""
    run = Result(PLAN, judge(PLAN, journal(*LOSSES)), 302.4)
    found = fromstring(suite_junit(a_suite_verdict(), {"first": run}))
    assert [suite.get("name") for suite in found] == ["small.first", "small.second"]
    assert [suite.get("tests") for suite in found] == ["7", "1"]
    assert (found[0].get("failures"), found[1].get("errors")) == ("1", "1")
    assert found[1].find("testcase/error").get("message") == "3 lost; 2 duplicated"


def test_notes_are_told_and_are_no_case():
    """Nothing rests on them."""
    suite, cases = read(judge(PLAN, journal()).model_copy(update={"notes": ["not yet"]}))
    assert (suite.find("system-out").text.splitlines()[-1], len(cases)) == ("not yet", 7)
