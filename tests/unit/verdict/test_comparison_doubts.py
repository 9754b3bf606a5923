import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.effect_facts import JobSeen
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.comparison_doubts import comparison_doubts, comparison_notes

from tests.unit.plans import a_plan, counts, good_facts, journal, with_output

ALONE = "by Flink SQL alone, as `output.sql_alone` allows: no record proof of "
CONTROL_ALONE = "compared with the stable copy alone: what both copies lack is not seen"


def without_proofs(copies):
    """The good facts, but nobody read what came of these."""
    return [fact for fact in good_facts() if not (isinstance(fact, RecordProof) and fact.copy_ in copies)]


@pytest.mark.parametrize(
    ("output", "unproved", "notes"),
    [
        ({}, [], []),
        ({}, [Copy.CHAOS], []),
        ({"sql_alone": True}, [], []),
        ({"sql_alone": True}, [Copy.CHAOS], [f"{ALONE}chaos"]),
        ({"sql_alone": True}, [*Copy], [f"{ALONE}stable, chaos"]),
        (
            {"each_once": False},
            [],
            [f"{CONTROL_ALONE}; `output.each_once: true` demands each loaded record"],
        ),
    ],
)
def test_notes_tell_how_far_the_comparison_went(output, unproved, notes):
    """Whole, and only what is so."""
    assert comparison_notes(with_output(a_plan(), **output), Journal(without_proofs(unproved))) == notes


def test_a_comparison_that_was_not_made_has_no_notes():
    """Only the control was counted."""
    assert comparison_notes(with_output(a_plan(), each_once=False), Journal([counts(Copy.STABLE)])) == []


def test_a_control_that_nobody_looked_at_may_have_been_started_again():
    """It is told in words of its own."""
    facts = [fact for fact in good_facts() if not (isinstance(fact, JobSeen) and fact.copy_ is Copy.STABLE)]
    (told,) = comparison_doubts(with_output(a_plan(), each_once=False), Journal(facts))
    assert told == (
        "the stable copy's job: nobody saw whether it went on; what it should have written cannot be told "
        "unless `output.each_once` is true of the application"
    )


def test_a_control_that_wrote_nothing_is_nothing_to_compare_with():
    """Whatever it may account for."""
    empty = counts(Copy.STABLE, records=0, ids=0, older=0)
    told = "stable copy: it wrote no record of this run: nothing to compare with"
    assert told in comparison_doubts(a_plan(), journal(empty))


NEVER_MADE = "it was never made"
NO_FORMAT = "records of format csv have none; `output.sql_alone: true` accepts that"


@pytest.mark.parametrize(
    ("output", "unproved", "why"),
    [
        ({}, [], ""),
        ({}, [Copy.CHAOS], f"chaos: {NEVER_MADE}"),
        ({}, [Copy.STABLE], f"stable: {NEVER_MADE}"),
        ({}, [*Copy], f"stable, chaos: {NEVER_MADE}"),
        ({"format": "csv"}, [*Copy], f"stable, chaos: {NO_FORMAT}"),
        ({"format": "csv", "sql_alone": True}, [*Copy], ""),
    ],
)
def test_one_method_alone_is_a_doubt_unless_the_profile_accepts_it(output, unproved, why):
    """What was read of one copy proves nothing of the other."""
    told = f"one method alone: no record proof of {why}"
    assert comparison_doubts(with_output(a_plan(), **output), Journal(without_proofs(unproved))) == (
        [told] if why else []
    )
