import json

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import Evidence, Steady, StepFailed, Table
from flink_chaos.model.journal import Journal
from flink_chaos.model.proof import Deliveries, Finding
from flink_chaos.model.verdict import Outcome
from flink_chaos.report.blocks import BLOCKS, HEADER, MESSAGE, SECTION
from flink_chaos.report.slack import COLOURS, begun, details, message, struck
from flink_chaos.store.history import Green
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table

PLAN = a_plan()
COLUMNS = ["valid_status", "no_chaos_cnt", "chaos_cnt", "diff_cnt", "diff_cnt_percentage"]
DUPLICATES = (counts(Copy.CHAOS, records=RECORDS + 9, duplicated=7, surplus=9), table(chaos=RECORDS + 9))
UNSTEADY = Steady(at=AT, ok=False, message="too slow", lag={}, records_per_second=9)


def told(*facts, plan=PLAN, link=None):
    """The message about a run whose good facts were spoilt by these."""
    return message(plan, judge(plan, journal(*facts)), stored="/runs/1", link=link)


def threaded(*facts):
    """What stands in its thread."""
    return details(judge(PLAN, journal(*facts)))


def texts(sent):
    """Every text of the message, in the order of reading."""
    blocks = [*sent.get("blocks", []), *sent["attachments"][0]["blocks"]]
    return [part["text"] for block in blocks for part in block.get("elements", [block.get("text")])]


def report(rows, name="by valid_status", columns=COLUMNS):
    return Table(at=AT, name=name, columns=columns, rows=rows)


@pytest.mark.parametrize(
    ("facts", "outcome", "colour"),
    [
        ((), "PASS", "#2eb67d"),
        (DUPLICATES, "FAIL", "#e01e5a"),
        ((UNSTEADY,), "INCONCLUSIVE", "#ecb22e"),
        ((StepFailed(at=AT, step="drain", message="Kafka is gone"),), "ABORTED", "#7d6b91"),
    ],
)
def test_headline_and_colour_tell_the_outcome(facts, outcome, colour):
    """Seen without reading on, and in the notification too."""
    sent = told(*facts)
    title = f"{outcome}: Pod delete of taskmanager in ad_events"
    reason = judge(PLAN, journal(*facts)).reasons[0]
    assert (title in texts(sent)[0], sent["text"].startswith(f"{title} - {reason}")) == (True, True)
    assert sent["attachments"][0]["color"] == colour


def test_every_outcome_has_a_colour_of_its_own():
    """None is left to Slack's grey, and no two look alike."""
    assert (set(COLOURS), len(set(COLOURS.values()))) == (set(Outcome), len(Outcome))


def test_every_contract_line_is_told_with_what_was_demanded_where_it_broke():
    """What holds is ticked, what broke is crossed."""
    text = "\n".join(texts(threaded(*DUPLICATES)))
    assert ":white_check_mark:  *no loss*: 200,000 of 200,000 ids, 0 lost" in text
    assert ":x:  *no duplicates*: 7 ids duplicated, 9 surplus records (demanded: 0 duplicated)" in text


def test_an_inconclusive_run_crosses_nothing():
    """What it saw may have other causes."""
    text = "\n".join(texts(told(*DUPLICATES, UNSTEADY)))
    assert (":grey_question:  *no duplicates*: 7 ids" in text, ":x:" in text) == (True, False)


def test_a_reason_is_told_once():
    """Doubts stand under `Why`; what a contract line says already does not."""
    assert not any("Why" in text for text in texts(told(*DUPLICATES)))
    why = next(text for text in texts(told(*DUPLICATES, UNSTEADY)) if "Why" in text)
    assert ("no steady state before the fault: too slow" in why, "duplicates" in why) == (True, False)


def test_an_aborted_run_is_not_said_to_have_broken_its_contract():
    """Nothing was counted, so nothing is crossed; the reason is told."""
    failed = StepFailed(at=AT, step="drain", message="Kafka is gone")
    verdict = judge(PLAN, Journal([failed]))
    text = "\n".join(texts(message(PLAN, verdict, stored="/runs/1")))
    assert ("drain: Kafka is gone" in text, ":x:" in text) == (True, False)


def test_every_report_table_is_there_in_letters_of_one_width():
    """Numbers stand right-aligned under their column, a null is empty."""
    first, second = report([[0, 1094117, 1276076, 181959, 16.630671126], [6, 0, 6, 6, None]]), report([], name="none")
    found = [text for text in texts(threaded(first, second)) if "```" in text]
    assert [text.splitlines()[0] for text in found] == ["*Records by id*", "*by valid_status*", "*none*"]
    assert found[1].splitlines()[1:] == [
        "```valid_status  no_chaos_cnt  chaos_cnt  diff_cnt  diff_cnt_percentage",
        "------------  ------------  ---------  --------  -------------------",
        "           0       1094117    1276076    181959            16.630671",
        "           6             0          6         6```",
    ]


def test_the_counts_of_both_copies_are_there():
    """Which records, not only how many."""
    text = next(text for text in texts(threaded(*DUPLICATES)) if "Records by id" in text)
    assert text.splitlines()[-1].split()[:8] == ["chaos", "200000", "200009", "200000", "0", "7", "9", "0"]


def test_the_first_ten_offenders_are_shown():
    """In the thread, with their places; the first one in the message too."""
    same = {
        "expected": RECORDS,
        "records": RECORDS,
        "ids": RECORDS,
        "lost": 0,
        "duplicated": 0,
        "surplus": 0,
        "extra": 0,
    }
    findings = [Finding(kind="lost", id=str(n), cause="never written") for n in range(100, 120)]
    proof = RecordProof(at=AT, copy=Copy.CHAOS, deliveries=Deliveries(**same), findings=findings, seconds=1)
    (shown,) = [text for text in texts(threaded(proof)) if "First offending records" in text]
    assert ("100" in shown, "109" in shown, "110" in shown) == (True, True, False)
    (first,) = [text for text in texts(told(proof)) if "First offending record" in text]
    assert ("100" in first, "101" in first) == (True, False)


def test_run_key_record_and_page_are_named():
    """From the message one finds everything else."""
    last = texts(told(link="http://airflow/dags/pod_delete/runs/a?b&c"))[-1]
    assert PLAN.run_key in last
    assert "`/runs/1`" in last
    assert "<http://airflow/dags/pod_delete/runs/a?b&amp;c|open in Airflow>" in last
    assert "Airflow" not in texts(told())[-1]


def test_what_does_not_fit_is_counted():
    """Rows and tables alike: nothing is left out in silence."""
    tables = [report([[n, 1, 1, 0, 0.0] for n in range(1, 31)], name=f"table {n}") for n in range(60)]
    found = texts(threaded(*tables))
    shown = [text for text in found if "*table " in text]
    assert all(text.endswith("```\n_and 10 more rows_") for text in shown)
    assert 0 < len(shown) < 60
    assert found[-1] == f"_and {60 - len(shown)} more tables_"


@pytest.mark.parametrize("letter", ["x", "<", "&", "ü", "`"])
def test_no_run_makes_a_message_that_slack_refuses(letter):
    """Very long names, values and reasons in any letters stay within every limit."""
    wide = [letter * 99 + str(n) for n in range(30)]
    tables = [report([wide] * 90, name=f"{letter * 900}{n}", columns=wide) for n in range(90)]
    failures = [StepFailed(at=AT, step="s", message=letter * 5000) for _ in range(90)]
    plan = PLAN.model_copy(update={"pipeline": PLAN.pipeline.model_copy(update={"name": letter * 900})})
    sent = message(plan, judge(plan, journal(*tables, *failures)), stored=letter * 5000, link="http://a/")
    below = details(judge(plan, journal(*tables)))
    require_short(sent, HEADER)
    require_short(below, SECTION)


def require_short(sent, first):
    """Within every limit that is known of Slack."""
    blocks = [*sent.get("blocks", []), *sent["attachments"][0]["blocks"]]
    assert len(blocks) <= BLOCKS
    assert len(json.dumps(blocks, ensure_ascii=False)) < MESSAGE + 1_000
    assert all(len(text) <= (first if n == 0 else SECTION) for n, text in enumerate(texts(sent)))
    assert all(text.count("```") in (0, 2) for text in texts(sent)[1:])


def test_fifty_small_tables_stay_within_the_blocks_of_a_message():
    """Slack counts the attachment and the note about the rest."""
    tables = [report([[0]], name=str(n), columns=["n"]) for n in range(70)]
    assert len(threaded(*tables)["attachments"][0]["blocks"]) in (BLOCKS - 1, BLOCKS)


def test_a_run_that_begins_is_told_with_what_it_will_do():
    """In grey, with its page: nobody knows more yet."""
    sent = begun(PLAN, link="http://airflow/dags/pod_delete/runs/a")
    assert "Running: Pod delete of taskmanager in ad_events" in texts(sent)[0]
    assert ("open in Airflow" in texts(sent)[-1], sent["attachments"][0]["color"]) == (True, COLOURS[Outcome.PLANNED])


def test_a_message_tells_what_broke_and_how_much_was_kept():
    """All lines stand in the thread."""
    assert "*Contract EXACTLY_ONCE: 7 of 7 demands met*" in texts(told())
    broken = next(text for text in texts(told(*DUPLICATES)) if "Contract" in text)
    assert (broken.count(":x:"), "no loss" in broken) == (1, False)


def test_numbers_stand_beside_the_controls_and_the_last_greens():
    """What nobody saw is a dash, and never a zero."""
    plan, found = PLAN, journal(*facts())
    seen = judge(plan, found, observation())
    sent = message(plan, judge(plan, journal(*DUPLICATES)), stored="/runs/1", green=Green(seen, ["another image"]))
    assert "*Against control and last green (another image)*" in "".join(texts(sent))
    rows = next(text for text in texts(sent) if "last green" in text.lower()).strip("`").splitlines()[3:]
    assert [row.split() for row in rows] == [
        ["lost", "0", "0", "0"],
        ["duplicated", "7", "0", "(+7)", "0", "(+7)"],
        ["recovered,", "s", "-", "13.2"],
        ["highest", "lag", "-", "-", "14,000"],
        ["output", "stalled,", "s", "-", "-", "15.0"],
    ]


def test_a_difference_is_told_with_its_sign():
    """How much more the chaos copy has than the control, and than the last green run."""
    slow, fast = (judge(PLAN, journal(*facts()), observation(back=back)) for back in (60, 50))
    sent = message(PLAN, slow, stored="/runs/1", green=Green(fast, []))
    rows = next(text for text in texts(sent) if "last green" in text.lower()).strip("`").splitlines()[3:]
    assert [" ".join(row.split()) for row in rows[2:]] == [
        "recovered, s 23.2 13.2 (+10.0)",
        "highest lag 24,000 4,000 (+20,000) 14,000 (+10,000)",
        "output stalled, s 25.0 5.0 (+20.0) 15.0 (+10.0)",
    ]


def test_the_thread_tells_the_whole_recovery():
    """Marks, numbers and checkpoints; nothing of it for a run that nobody observed."""
    seen = texts(details(judge(PLAN, journal(*facts()), observation())))
    titles = [text.splitlines()[0] for text in seen]
    assert titles[2:5] == ["*Recovery*", "*Recovery in numbers*", "*Checkpoints*"]
    assert "checkpointed  13.2" in seen[2]
    assert ["before", "the", "fault", "8", "0", "0.2", "0.2"] in [line.split() for line in seen[4].splitlines()]
    assert not any("Recovery" in text for text in texts(threaded()))


def test_a_fault_that_was_felt_is_told_with_its_evidence():
    """And when it was known."""
    sent = struck(PLAN, Evidence(at=AT, felt=True, message="pod UID <changed>"), link="http://a/")
    assert texts(sent)[0] == ":zap: Fault felt: Pod delete of taskmanager in ad_events"
    assert "pod UID &lt;changed&gt; (known at 00:00:00 UTC)" in texts(sent)


def test_nothing_judged_and_nothing_counted_has_no_thread():
    """The reason stands in the message."""
    assert details(judge(PLAN, Journal([StepFailed(at=AT, step="lock", message="taken")]))) is None


def test_an_error_message_calls_nobody():
    """Slack's own markup in foreign text stays text."""
    facts_ = (StepFailed(at=AT, step="x", message="<!channel> & <@U1>\n```"), report([["<!here>"]], columns=["c"]))
    text = json.dumps([told(*facts_), threaded(*facts_)])
    assert ("<!" in text, "&lt;!channel&gt; &amp; &lt;@U1&gt; '''" in text, "&lt;!here&gt;" in text) == (
        False,
        True,
        True,
    )


def test_foreign_text_does_not_end_its_table():
    """Back-ticks and line breaks in values of a report."""
    text = next(text for text in texts(threaded(report([["a```\nb"]], columns=["c"]))) if "*by" in text)
    assert text.splitlines()[-1] == "a''' b```"


def test_a_long_value_does_not_push_its_row_away():
    """It is clipped, the values beside it stay."""
    text = next(text for text in texts(threaded(report([["x" * 300, 7]], columns=["c", "n"]))) if "*by" in text)
    assert (text.endswith("7```"), "x…" in text) == (True, True)


def test_a_very_wide_table_still_shows_rows():
    """Escaped letters are five times as long, and only whole lines are shown."""
    columns = ["&" * 38 + str(n) for n in range(30)]
    text = next(text for text in texts(threaded(report([columns] * 90, columns=columns))) if "*by" in text)
    assert text.endswith("```\n_and 89 more rows_")


def test_notes_stand_in_the_thread():
    """Below the contract."""
    verdict = judge(PLAN, journal()).model_copy(update={"notes": ["recovery_seconds is measured: not yet"]})
    assert "recovery_seconds is measured: not yet" in texts(details(verdict))
