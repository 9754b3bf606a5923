"""Every output tells every text of others so that nothing in it acts."""

import json
from xml.etree.ElementTree import fromstring

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, OffsetsReset
from flink_chaos.model.journal import Journal
from flink_chaos.model.logs import KeptLog, LogLine, Logs
from flink_chaos.model.observation import Observation
from flink_chaos.model.proof import Deliveries, Finding, Place
from flink_chaos.report.junit import Result, junit, suite_junit
from flink_chaos.report.openmetrics import openmetrics
from flink_chaos.report.page import page
from flink_chaos.report.proof import render_proof
from flink_chaos.report.slack import begun, details, message, struck
from flink_chaos.report.slack_suite import suite_begun, suite_message
from flink_chaos.report.suite import render_suite
from flink_chaos.report.text import as_json, render
from flink_chaos.verdict.judge import judge
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.unit.observed import event, facts, ms, nodes, observation
from tests.unit.plans import AT, a_plan, good_facts, table
from tests.unit.poison import ACTING, SOME, acting_in, poisoned
from tests.unit.suites import a_suite_plan, a_suite_verdict, repetitions_told

PLACE = Place(partition=0, offset=1, timestamp_ms=2, file="f")
FINDING = Finding(kind="lost", id="7", source=PLACE, sink=[PLACE], phase="in the fault", cause="why")
RESET = OffsetsReset(at=AT, group="g", topic="t", strategy="s", before={}, after={0: 1})
BLOCK = 400
PARTS = [ACTING[at : at + BLOCK] for at in range(0, len(ACTING), BLOCK)]
"""All of them, in parts that no output cuts."""


@pytest.fixture(params=[SOME, PARTS[0], "\ud800\udfff", "\U0010fffd\uf8ff"], ids=["some", "first", "halves", "private"])
def evil(request):
    """What stands behind every text."""
    return request.param


@pytest.fixture
def plan(evil):
    """A plan with it."""
    return poisoned(a_plan(), evil)


@pytest.fixture
def run(plan, evil):
    """Journal, verdict, observation and logs of a run with it."""
    evidence = Evidence(at=AT, felt=True, message="felt", details={"a": "b"})
    journal = Journal([*good_facts(), *facts(), evidence, RESET, table()])
    seen = observation(event(90), nodes(91, node=["MemoryPressure"]))
    verdict = judge(a_plan(), journal, seen).model_copy(update={"findings": [FINDING], "notes": ["a note"]})
    logs = Logs([KeptLog(Copy.CHAOS, f"jm{evil}", 1)], [LogLine(ms(90) * 10**6, f"jm{evil}", f"ERROR {evil}")])
    return (
        Journal([poisoned(fact, evil) for fact in journal.facts]),
        poisoned(verdict, evil),
        Observation(poisoned(one, evil) for one in seen.seen),
        logs,
    )


def told_in(sent):
    """Every text of a message to Slack."""
    if isinstance(sent, dict):
        return [one for value in sent.values() for one in told_in(value)]
    return [one for value in sent for one in told_in(value)] if isinstance(sent, list) else [sent]


def test_the_text_of_a_verdict_moves_no_cursor(run):
    """Each text of others is on its own line."""
    text = render(run[1])
    assert acting_in(text) == set()
    assert len(text.splitlines()) == text.count("\n") + 1


def test_the_text_of_a_verdict_has_no_line_of_others():
    """A line break in a reason, a name or a cell would look like a reason of ours."""
    plan, forged = a_plan(), "\nPASS  forged"
    verdict = poisoned(judge(plan, Journal([*good_facts(), table()])), forged)
    assert [line for line in render(verdict).splitlines() if line.startswith("PASS  forged")] == []


def test_a_verdict_as_json_means_the_same(run):
    """Exactly: escapes are JSON's own."""
    verdict = run[1]
    if any("\ud800" <= letter <= "\udfff" for letter in verdict.reasons[0]):
        pytest.skip("half of a character is told as its escape before it comes here")
    assert acting_in(as_json(verdict)) == set()
    assert json.loads(as_json(verdict)) == json.loads(verdict.model_dump_json())


def test_junit_is_xml_that_can_be_read(plan, run):
    """XML 1.0 has no place for control characters, not even escaped."""
    for text in (junit(Result(plan, run[1], 1.0)), suite_junit(*_suite(run[1].reasons[0]))):
        assert acting_in(text) == set()
        fromstring(text)


def _suite(evil):
    return poisoned(a_suite_verdict(), evil), {}


def test_openmetrics_is_read_by_prometheus(plan, run):
    """With every label in its quotes."""
    text = openmetrics(plan, run[1])
    assert acting_in(text) == set()
    assert list(text_string_to_metric_families(text))


def test_a_page_shows_every_acting_character_as_its_escape(plan, run):
    """Events, logs, scripts, names and cells."""
    journal, verdict, seen, logs = run
    text = page(plan, journal, verdict, seen, logs=logs)
    assert acting_in(text) == set()
    text.encode()


def test_a_message_to_slack_has_no_acting_character(plan, run):
    """From its begin to its details, of a run and of a suite."""
    journal, verdict, *_ = run
    evil = verdict.reasons[0]
    suite = poisoned(a_suite_verdict().model_copy(update={"repeated": repetitions_told()}), evil)
    sent = [
        begun(plan, link=f"https://airflow/{evil}"),
        struck(plan, journal.last(Evidence)),
        message(plan, verdict, stored=f"/runs/{evil}"),
        details(verdict),
        suite_begun(poisoned(a_suite_plan(), evil)),
        suite_message(suite),
    ]
    assert acting_in("".join(map(str, told_in(sent)))) == set()


def test_a_message_to_slack_calls_nobody():
    """Neither by markup, which is escaped, nor by a name, which Slack is told not to look for."""
    evil = "<!channel> <@U1> @here #general <https://evil.example|click> `code`"
    plan = poisoned(a_plan(), evil)
    verdict = poisoned(judge(a_plan(), Journal([*good_facts(), table()])), evil)
    sent = [begun(plan), message(plan, verdict, stored=evil), details(verdict), suite_message(_suite(evil)[0])]
    assert not [text for one in sent for text in told_in({**one, "blocks": []}) if "<" in str(text)]
    blocks = [block for one in sent for block in one["attachments"][0]["blocks"]]
    texts = [part for block in blocks for part in block.get("elements", [block.get("text")])]
    assert all(part["verbatim"] for part in texts if part["type"] == "mrkdwn")


def test_suites_and_proofs_move_no_cursor(evil):
    """As the text of a verdict."""
    found = Deliveries(expected=9, records=9, ids=8, lost=1, duplicated=1, surplus=1, extra=0)
    text = render_proof({Copy.CHAOS: (found, [poisoned(FINDING, evil)])}) + render_suite(_suite(evil)[0])
    assert acting_in(text) == set()
    assert len(text.splitlines()) == text.count("\n") + 1


@pytest.mark.parametrize("part", range(0, len(PARTS), 8))
def test_all_of_unicode_is_told_so(part):
    """In a reason, in each output."""
    plan = a_plan()
    for evil in PARTS[part : part + 8]:
        reasons = [evil[at : at + 20] for at in range(0, len(evil), 20)]
        verdict = judge(plan, Journal([])).model_copy(update={"reasons": reasons})
        sent = message(plan, verdict, stored="s")
        texts = [render(verdict), junit(Result(plan, verdict, 1.0)), "".join(map(str, told_in(sent)))]
        texts.append(page(plan, Journal([]), verdict, Observation()))
        assert set().union(*map(acting_in, texts)) == set()
        assert f"\\x{ord(evil[0]):02x}" in texts[0] or f"{ord(evil[0]):04x}" in texts[0]
