"""However much strangers told, every output stays as large as a person reads."""

import json
import time

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Check, Evidence, Preflight, Table, TargetsChosen
from flink_chaos.model.journal import Journal
from flink_chaos.model.logs import KeptLog, Logs, lines
from flink_chaos.model.observation import Observation
from flink_chaos.model.proof import Finding, Place
from flink_chaos.model.verdict import Outcome
from flink_chaos.report.budget import BUDGETS, MOST_BYTES
from flink_chaos.report.junit import Result, junit
from flink_chaos.report.lanes import Bar
from flink_chaos.report.openmetrics import openmetrics
from flink_chaos.report.page import page
from flink_chaos.report.slack import begun, details, message
from flink_chaos.report.table import table
from flink_chaos.report.text import as_json, render
from flink_chaos.verdict.judge import judge

from tests.unit.observed import checkpoint, event, facts, nodes, observation
from tests.unit.plans import AT, a_plan, good_facts
from tests.unit.poison import poisoned

HUGE = "\u202e<&" + "x" * 10_000_000
KEY = "k" * 1_000_000
PLACE = Place(partition=0, offset=1, timestamp_ms=2, file=KEY)
SECONDS = 20
"""That an output may take here, on a busy machine; each takes one or two."""


def a_flood():
    """Facts, samples and logs of a run in which everybody tells as much as they can."""
    told = [
        Preflight(at=AT, checks=[Check(name=f"{n}{HUGE}", ok=True, message=HUGE) for n in range(5)]),
        Evidence(at=AT, felt=True, message=HUGE, details={f"{n}": HUGE for n in range(5)}),
        Table(at=AT, name=HUGE, columns=[f"{n}{KEY}" for n in range(60)], rows=[[KEY] * 60] * 5),
        Table(at=AT, name="long", columns=["a", "b"], rows=[[n, f"{n}" * 300] for n in range(10_000)]),
        TargetsChosen(at=AT, targets=[], node=HUGE),
    ]
    many = [event(90 + n / 1000, f"e{n}", message="why <&" * 300) for n in range(20_000)]
    many += [event(91, "huge", message=HUGE, reason=HUGE, about=HUGE)]
    many += [checkpoint(1_000 + n, 100 + n / 100, "FAILED") for n in range(5_000)]
    many += [nodes(95, **{f"n{n}": [KEY[:2_000]] for n in range(50)})]
    log = (
        "".join(f"2026-01-01T00:00:{n % 60:02}Z ERROR {n} {'y' * 500}\n" for n in range(10_000))
        + f"2026-01-01T00:01:00Z ERROR {HUGE}\n"
    )
    return Journal([*good_facts(), *facts(), *told]), observation(*many), Logs([KeptLog(Copy.CHAOS, f"jm{n}", 7) for n in range(500)], list(lines("jm", log)))  # fmt: skip


def a_flooded_verdict(plan, journal, seen):
    """With 10,000 findings, reasons and notes of megabytes."""
    verdict = judge(plan, journal, seen)
    findings = [
        Finding(kind="lost", id=f"{n}{KEY[: n % 7 * 1_000]}", sink=[PLACE] * 3, cause=KEY[:5_000])
        for n in range(10_000)
    ]
    rows = [{"a": n, "b": f"{n}" * 300} for n in range(10_000)]
    change = {
        "outcome": Outcome.FAIL,
        "findings": findings,
        "reasons": [HUGE, *(KEY[:3_000] for _ in range(500))],
        "notes": [HUGE] * 3,
    }
    return verdict.model_copy(update=change | {"tables": {"long": rows, **verdict.tables}})


@pytest.fixture(scope="module")
def flood():
    """The plan of a run, its journal, verdict, observation and logs."""
    plan = a_plan()
    plan = plan.model_copy(update={"scripts": {f"{n}.sql": HUGE for n in range(3)}})
    journal, seen, logs = a_flood()
    return plan, journal, a_flooded_verdict(plan, journal, seen), seen, logs


def few(verdict):
    """The same with some hundred of each: more are too many to be copied."""
    tables = {name: rows[:300] for name, rows in verdict.tables.items()}
    return verdict.model_copy(update={"findings": verdict.findings[:300], "tables": tables})


def timed(act):
    """What it returns, within the time that there is."""
    begin = time.monotonic()
    found = act()
    assert time.monotonic() - begin < SECONDS
    return found


def test_a_page_is_small_whatever_came(flood):
    """And says what it leaves out."""
    plan, journal, verdict, seen, logs = flood
    text = timed(lambda: page(plan, journal, verdict, seen, logs=logs))
    assert len(text.encode()) <= MOST_BYTES
    told = ("more rows", "more columns", "more reasons", "more bytes", "bars are not drawn")
    assert [part for part in told if part not in text] == []


@pytest.mark.parametrize("evil", ["&" * 3_000, "\U000e0001" * 3_000, "\"'<>" * 1_000])
def test_a_page_is_small_whatever_its_escapes_take(flood, evil):
    """One character may become ten."""
    plan, _, verdict, *_ = flood
    plan, verdict = poisoned(plan, evil), poisoned(few(verdict), evil)
    text = timed(lambda: page(plan, Journal([]), verdict, Observation()))
    assert len(text.encode()) <= MOST_BYTES


def test_a_usual_page_leaves_nothing_out():
    """The widest budget is the one of every run that was ever made here."""
    journal = Journal([*good_facts(), *facts()])
    text = page(a_plan(), journal, judge(a_plan(), journal, observation()), observation())
    assert " more " not in text.partition("</main>")[0].replace("more at once", "")


def test_the_text_of_a_verdict_is_as_much_as_a_person_reads(flood):
    """Reasons, notes, rows, cells and columns."""
    text = timed(lambda: render(flood[2]))
    assert len(text) < 2_000_000
    assert all(part in text for part in ("more bytes", "more rows", "more columns", "... 401 more"))


def test_machines_get_as_much_as_they_take(flood):
    """JUnit and OpenMetrics; the stored verdict has all of it."""
    plan, _, verdict, *_ = flood
    assert len(timed(lambda: junit(Result(plan, verdict, 1.0)))) < 1_000_000
    assert len(timed(lambda: openmetrics(poisoned(plan, KEY), verdict))) < 1_000_000
    assert len(timed(lambda: as_json(verdict))) < 200_000_000


def test_a_message_to_slack_stays_within_its_limits(flood):
    """Characters of a header, of a text and of all, and the number of blocks."""
    plan, _, verdict, *_ = flood
    evil = "&" * 2_000
    for sent in (
        begun(poisoned(plan, evil)),
        message(poisoned(plan, evil), poisoned(few(verdict), evil), stored=evil),
        details(verdict),
    ):
        blocks = [*sent.get("blocks", []), *sent["attachments"][0]["blocks"]]
        texts = [part for block in blocks for part in block.get("elements", [block.get("text")])]
        assert max(len(part["text"]) for part in texts) <= 3_000
        assert len(sent.get("text", "")) <= 3_000
        assert len(blocks) <= 50
        assert len(json.dumps(blocks, ensure_ascii=False)) < 11_000


def test_a_table_shows_what_a_person_reads():
    """And tells how much more there is."""
    found = list(table([f"c{n}" for n in range(50)], [["x" * 1_000] * 50] * 300))
    assert found[-2:] == ["... 100 more rows", "... 10 more columns"]
    assert max(map(len, found)) < 40 * 500


def test_of_too_many_bars_the_failed_and_the_long_are_drawn():
    """In the order of time."""
    bars = [Bar(n, n + (5 if n == 7 else 1), 1.0, "chaos failed" if n == 90 else "chaos", "") for n in range(100)]
    kept = BUDGETS[-1].kept(bars)
    assert (len(kept), {7, 90} <= {bar.begin for bar in kept}) == (BUDGETS[-1].bars, True)
    assert kept == sorted(kept, key=lambda bar: bar.begin)
