"""Without any of the facts that a run must have there is no PASS and no FAIL."""

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Deployed, FilesEnd, OffsetsReset
from flink_chaos.model.journal import Journal
from flink_chaos.model.topic_facts import TopicState
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.required import missing_facts, required

from tests.unit.plans import RECORDS, a_plan, counts, good_facts, table, with_output

PLANS = [a_plan(), a_plan(fault="node_drain"), a_plan(fault="savepoint"), a_plan(fault="no_fault")]
LOST = [counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3)]


def without(facts, kind, having):
    return [
        fact for fact in facts if not (isinstance(fact, kind) and all(getattr(fact, k) == v for k, v in having.items()))
    ]


CASES = [(plan, *one) for plan in PLANS for one in required(plan)]


@pytest.mark.parametrize(("plan", "words", "kind", "having"), CASES, ids=[f"{c[0].fault.name}: {c[1]}" for c in CASES])
def test_without_any_required_fact_the_run_is_inconclusive(plan, words, kind, having):
    """Whoever had to take it was killed, and nobody knows what it would have said."""
    for facts in (good_facts(plan), [*good_facts(plan), *LOST]):
        assert judge(plan, Journal(without(facts, kind, having))).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize("plan", PLANS)
def test_a_whole_run_lacks_nothing(plan):
    """Its own facts are all there are."""
    assert list(missing_facts(plan, Journal(good_facts(plan)))) == []


def test_everything_that_is_missing_is_in_one_line():
    """With what it is."""
    facts = [fact for fact in good_facts() if not isinstance(fact, Deployed | OffsetsReset)]
    groups = [own.group for own in a_plan().copies.values()]
    told = (
        f"not seen: offsets of {groups[0]}, start of the stable copy, offsets of {groups[1]}, start of the chaos copy; "
    )
    assert judge(a_plan(), Journal(facts)).reasons == [f"{told}whoever had to look was ended before"]


AROUND_A_FAULT = ["checkpoints before the fault", "job before the fault"]
OF_A_FAULT = ["begin of the fault", "effect of the fault", "end of the fault", "evidence of the fault"]


def words(plan):
    """What such a run must have, without what tells topics, groups and copies apart."""
    return [told for told, *_ in required(plan) if not any(own in told for own in (" of topic ", " copy", "offsets of"))]


@pytest.mark.parametrize(
    ("fault", "of_fault"),
    [
        ("pod_delete", [*AROUND_A_FAULT, "target", *OF_A_FAULT]),
        ("savepoint", [*AROUND_A_FAULT, *OF_A_FAULT]),
        ("no_fault", []),
    ],
)
def test_what_is_missing_is_told_in_words(fault, of_fault):
    """In the order in which it is taken."""
    before, after = ["preflight", "first record", "steady state"], ["end of the load", "report"]
    assert words(a_plan(fault=fault)) == [*before, *of_fault, *after, "record proof of the loader"]


@pytest.mark.parametrize(
    ("output", "proved"),
    [({}, True), ({"format": "csv"}, False), ({"sql_alone": True}, False)],
)
def test_no_record_proof_is_asked_for_where_there_is_none(output, proved):
    """Of formats that only Flink reads, or where SQL alone is allowed."""
    asked = [words for words, *_ in required(with_output(a_plan(), **output)) if words.startswith("record proof")]
    whose = ("the stable copy", "the chaos copy", "the loader") if proved else ()
    assert asked == [f"record proof of {one}" for one in whose]


def test_both_copies_are_looked_at_from_beginning_to_end():
    """The stable one at its end as well: it must not have been started again."""
    told = [words for words, *_ in required(a_plan()) if words.endswith(" copy") or " stable copy " in words]
    looks = ("start", "configuration of the running", "end of the lag", "stop", "counts", "record proof")
    assert {one for one in told if "job" not in one} == {
        f"{look} {'' if look.startswith('conf') else 'of the '}{copy} copy" for look in looks for copy in Copy
    }
    assert [one for one in told if "job" in one] == [
        "job of the stable copy in steady state",
        "job of the stable copy at its end",
    ]


def test_files_are_asked_for_where_there_is_no_topic():
    """Neither their begin nor their settings."""
    plan = a_plan(pipeline="ad_events_files")
    sinks = {own.sink for own in plan.copies.values()}
    asked = [(kind, having) for _, kind, having in required(plan)]
    assert [having for kind, having in asked if kind is FilesEnd] == [{"copy_": copy} for copy in plan.copies]
    assert not [having for _, having in asked if having.get("topic") in sinks]
    topics = [having["topic"] for kind, having in asked if kind is TopicState]
    assert topics == [plan.pipeline.topics.source] * 2
