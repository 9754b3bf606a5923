import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof, SourceProof
from flink_chaos.model.facts import SelfTest
from flink_chaos.model.proof import Deliveries
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, journal, with_output

SAME = Deliveries(expected=RECORDS, records=RECORDS, ids=RECORDS, lost=0, duplicated=0, surplus=0, extra=0)


def proof(**other):
    """What was read of the chaos copy's topic."""
    return RecordProof(at=AT, copy=Copy.CHAOS, deliveries=SAME.model_copy(update=other), findings=[], seconds=1)


@pytest.mark.parametrize("guarantee", ["EXACTLY_ONCE", "AT_LEAST_ONCE"])
def test_order_is_demanded_of_a_profile_that_names_it(guarantee):
    """Under either guarantee; what was not proved is in doubt."""
    plan = with_output(a_plan(delivery_guarantee=guarantee), order="ad_id")
    outcomes = [judge(plan, journal(proof(reordered=number))).outcome for number in (0, 1, None)]
    assert outcomes == ["PASS", "FAIL", "INCONCLUSIVE"]


def test_order_is_demanded_of_no_other():
    """Its records may come as they like."""
    assert "order kept" not in [line.name for line in judge(a_plan(), journal(proof(reordered=3))).lines]


@pytest.mark.parametrize("wrong", [{"lost": 2}, {"surplus": 1, "duplicated": 1}])
def test_a_loader_that_did_not_write_each_id_once_is_a_doubt(wrong):
    """Both copies would have the same gap, and agree."""
    fact = SourceProof(at=AT, topic="ad-events", deliveries=SAME.model_copy(update=wrong), findings=[])
    verdict = judge(a_plan(), journal(fact))
    assert verdict.outcome == "INCONCLUSIVE"
    assert verdict.reasons[0].startswith("the loader did not write each id once: in ad-events")


def test_flush_records_are_no_doubt():
    """They are records that nobody expects by number."""
    fact = SourceProof(at=AT, topic="t", deliveries=SAME.model_copy(update={"extra": 64}), findings=[])
    assert judge(a_plan(), journal(fact)).outcome == "PASS"


@pytest.mark.parametrize(
    ("ok", "version", "outcome"),
    [(None, "", "PASS"), (True, "0", "PASS"), (False, "0", "INCONCLUSIVE"), (False, "older", "PASS")],
)
def test_only_a_failed_self_test_of_the_same_version_is_a_doubt(ok, version, outcome):
    """That it never ran is only told."""
    fact = SelfTest(at=AT, ok=ok, version=version, message="lost: 3 planted, 0 found")
    verdict = judge(a_plan(), journal(fact))
    assert (verdict.outcome, verdict.self_test) == (outcome, fact)
