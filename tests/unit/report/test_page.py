import time
from html.parser import HTMLParser

import pytest
from flink_chaos.model.facts import Check, Preflight, StepFailed
from flink_chaos.model.journal import Journal
from flink_chaos.model.logs import KeptLog, LogLine, Logs
from flink_chaos.model.observation import Observation
from flink_chaos.model.proof import Finding, Place
from flink_chaos.report.page import page
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.statistics import differences

from tests.unit.observed import checkpoint, event, facts, ms, observation, pods, sample
from tests.unit.plans import AT, a_plan, good_facts, table

EVIL = "<script>alert('x')</script>\"&"
SECTIONS = [
    "why", "contract", "tables", "timeline", "recovery", "said", "findings", "preflight", "evidence", "plan", "again",
]  # fmt: skip


class Reader(HTMLParser):
    """Ids of the sections, all text, tags that were opened, and addresses that a browser would follow by itself."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.text, self.tags, self.addresses = [], "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        named = dict(attrs)
        if tag == "section":
            self.sections.append(named["id"])
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]

    def handle_data(self, data):
        self.text += data


def drawn(*later, observed=None, plan=None, change=None, logs=None):
    plan, journal = plan or a_plan(), Journal([*good_facts(), *facts(), *later])
    seen = observation() if observed is None else observed
    verdict = judge(plan, journal, seen)
    return page(plan, journal, verdict.model_copy(update=change or {}), seen, logs=logs)


def test_a_page_is_read_from_the_verdict_down_to_its_command():
    """Verdict and why first."""
    found = Reader(drawn())
    assert found.sections == SECTIONS
    assert found.text.index("PASS") < found.text.index("Contract, line by line")
    assert "flink-chaos run pod_delete" in found.text


def test_a_page_needs_nothing_else():
    """No address that a browser would ask: it is read in a mail, without network, in ten years."""
    text = drawn()
    assert Reader(text).addresses == []
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_what_came_from_records_and_pods_is_text():
    """Whatever stands in it."""
    evil = Finding(kind="lost", id=EVIL, source=Place(partition=0, offset=1, timestamp_ms=2), cause=EVIL, phase=EVIL)
    text = drawn(
        table().model_copy(update={"name": EVIL, "columns": [EVIL, "b", "c", "d", "e"]}),
        Preflight(at=AT, checks=[Check(name=EVIL, ok=False, blocks=False, message=EVIL)]),
        observed=observation(checkpoint(90, 45, "FAILED", failure=EVIL), event(40, reason=EVIL, message=EVIL)),
        logs=Logs([], [LogLine(ms(40) * 1_000_000, EVIL, f"ERROR {EVIL}")]),
        plan=a_plan(flink_configuration={EVIL: EVIL}),
        change={"findings": [evil], "reasons": [EVIL]},
    )
    found = Reader(text)
    assert found.tags.count("script") == 1
    assert found.text.count(EVIL) > 12


def test_a_run_that_nobody_observed_says_so():
    """Older ones, and those that were killed."""
    text = Reader(drawn(observed=Observation())).text
    assert "Nobody observed this run" in text


@pytest.mark.parametrize("parameters", [{}, {"dry_run": True}, {"fault": "no_fault"}])
def test_a_run_without_facts_has_a_page(parameters):
    """It ended before anything was seen."""
    plan = a_plan(**parameters)
    journal = Journal([StepFailed(at=AT, step="lock", message="why")])
    found = Reader(page(plan, journal, judge(plan, journal), Observation()))
    assert found.sections == SECTIONS


def test_what_the_cluster_said_stands_after_the_recovery():
    """Warnings, the JobManager's lines and where the logs are."""
    kept = Logs([KeptLog("chaos", "pod-a", 1234)], [LogLine(ms(40) * 1_000_000, "pod-a", "ERROR lost")])
    text = Reader(drawn(observed=observation(event(41, message="probe failed")), logs=kept)).text
    said = text[text.index("What the cluster said") : text.index("First offending records")]
    assert all(
        word in said for word in ("probe failed", "ERROR lost", "around the fault", "logs/chaos/pod-a/", "1,234")
    )


def test_a_run_of_before_says_that_nothing_was_kept():
    """Nobody looked at events, and there are no logs."""
    text = Reader(drawn()).text
    for told in ("No event that warns was seen", "No error or warning", "No logs were kept"):
        assert told in text


def test_repetitions_stand_beside_the_recovery():
    """With the interval, or why there is none."""
    plan, journal = a_plan(), Journal([*good_facts(), *facts()])
    verdict = judge(plan, journal, observation())
    found = [verdict.recovery] * 3
    text = page(plan, journal, verdict, observation(), None, differences(found, []))
    assert "95 % interval" in text
    assert "10,000.0 to 10,000.0" in text
    assert "too few runs" in page(plan, journal, verdict, observation(), None, differences(found[:2], []))


def test_checkpoints_stand_beside_the_planned_interval():
    """An alignment that nobody told is a dash."""
    text = drawn(plan=a_plan(checkpoint_interval_seconds=7))
    assert "less the planned 7 s" in text
    before = [8, 0, "0.2", "0.2", "-", "-", 5, -2]
    cells = "".join(f"<td>{one}</td>" if one == "-" else f'<td class="number">{one}</td>' for one in before)
    assert f"<td>before the fault</td>{cells}" in text


def test_images_are_told_as_they_ran():
    """By digest: a tag may be another image tomorrow."""
    ran = pods(3, "u1")
    ran.pods["u1"] = ran.pods["u1"].model_copy(update={"image": "flink@sha256:0a1b"})
    assert "flink@sha256:0a1b" in Reader(drawn(observed=observation(ran))).text


def test_the_same_records_always_give_the_same_page():
    """So it can be thrown away."""
    assert drawn() == drawn()


def test_a_run_of_half_an_hour_is_small_and_quick():
    """1,800 samples of both copies: 1.5 MB and 3 s at most."""
    long = [sample(copy, second, back=900) for second in range(1_800) for copy in ("stable", "chaos")]
    begin = time.process_time()
    text = drawn(observed=Observation([*long, *(checkpoint(n, 5 * n) for n in range(360))]))
    assert time.process_time() - begin < 3
    assert len(text.encode()) < 1_500_000


def test_notes_stand_below_the_contract():
    """What is not demanded yet is not met either."""
    text = Reader(drawn(change={"notes": [EVIL]})).text
    assert text.index("Contract, line by line") < text.index(EVIL) < text.index("What came out")
