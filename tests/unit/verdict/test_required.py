"""Without any of the facts that a run must have there is no PASS and no FAIL."""

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Deployed, OffsetsReset
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.required import missing_facts, required

from tests.unit.plans import RECORDS, a_plan, counts, good_facts, table

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
