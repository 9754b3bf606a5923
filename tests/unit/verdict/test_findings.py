"""Every finding that a comparison can make breaks a line of the contract, or is a doubt."""

from typing import get_args

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof, SourceProof
from flink_chaos.model.effect_facts import JobSeen
from flink_chaos.model.facts import OpenTransactions
from flink_chaos.model.journal import Journal
from flink_chaos.model.proof import Compared, Deliveries, FindingKind
from flink_chaos.verdict.findings import LOSS, MEASURES, OFFENCES, duplicates_allowed, is_kept, unaccounted
from flink_chaos.verdict.judge import judge
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plans import (
    AT,
    RECORDS,
    a_plan,
    a_proof,
    counts,
    good_facts,
    job_seen,
    journal,
    proof_of,
    table,
    with_output,
)

NUMBERS = set(Compared.model_fields) | set(Deliveries.model_fields)


STRICT = with_output(a_plan(), order="ad_id")
LOOSE = with_output(a_plan(delivery_guarantee="AT_LEAST_ONCE"), order="ad_id")
MANY = with_output(a_plan(), each_once=False)
MANY_AT_LEAST_ONCE = with_output(a_plan(delivery_guarantee="AT_LEAST_ONCE"), each_once=False)


def test_every_kind_of_finding_and_every_number_is_in_the_table():
    """One that is added without a line cannot exist."""
    assert set(get_args(FindingKind)) <= OFFENCES.keys()
    assert OFFENCES.keys() | MEASURES == NUMBERS
    assert not OFFENCES.keys() & MEASURES


def judged(plan, sums=None, **found):
    """A run whose chaos copy is counted so, both ways."""
    own = {name: value for name, value in found.items() if name in Compared.model_fields}
    fact = counts(Copy.CHAOS, **own)
    proof = proof_of(fact, **({"reordered": 0} | {name: v for name, v in found.items() if name not in own}))
    return judge(plan, journal(fact, proof, table(chaos=sums or fact.records), plan=plan))


@given(st.dictionaries(st.sampled_from(sorted(OFFENCES)), st.integers(1, RECORDS), min_size=1))
def test_no_offence_passes(found):
    """Whatever else was found, where nothing is allowed."""
    assert judged(STRICT, **found).outcome == "FAIL"


@pytest.mark.parametrize("name", sorted(OFFENCES))
def test_each_offence_breaks_its_own_line(name):
    """And only what AT_LEAST_ONCE allows is none under it."""
    broken = [line.name for line in judged(STRICT, **{name: 1}).lines if line.ok is False]
    assert broken == [OFFENCES[name].line]
    allowed = judged(LOOSE, **{name: 1}).outcome == "PASS"
    assert allowed is (name in {"duplicated", "surplus", "repeated"})


def test_a_total_with_other_values_is_no_pass():
    """81,000 of 100,000 values differ, each id came once."""
    verdict = judged(a_plan(fault="savepoint", upgrade_mode="stateless"), changed=81_000)
    assert verdict.outcome == "FAIL"
    assert ("nothing changed", False) in [(line.name, line.ok) for line in verdict.lines]


@pytest.mark.parametrize("plan", [STRICT, LOOSE])
def test_what_is_not_compared_has_no_line(plan):
    """`nothing changed: 0 ids` would be a lie; the note says what is not."""
    verdict = judged(plan, changed=None)
    assert "nothing changed" not in [line.name for line in verdict.lines]
    nothing = with_output(plan, columns={"run_key": "STRING", "n": "BIGINT", "ad_id": "BIGINT"}, ignore=["ad_id"])
    assert any(note.startswith("no values were compared") for note in judged(nothing, changed=None).notes)


OLDER = a_plan(offsets="shift-by:-1000")
OLDER_AT_LEAST_ONCE = a_plan(offsets="shift-by:-1000", delivery_guarantee="AT_LEAST_ONCE")
AGAIN = {"records": RECORDS + 1000, "older": 1000, "expected": RECORDS + 1000}
FIFTY = {"records": RECORDS + 1050, "older": 1050, "duplicated": 50, "surplus": 50}


@pytest.mark.parametrize(
    ("plan", "found", "outcome"),
    [
        (OLDER, {}, "PASS"),
        (OLDER, {"lost": 10, "lost_ids": 10, "duplicated": 10, "surplus": 10}, "FAIL"),
        (OLDER_AT_LEAST_ONCE, {"lost": 10, "lost_ids": 10, "duplicated": 10, "surplus": 10}, "FAIL"),
        (OLDER, FIFTY, "FAIL"),
        (OLDER_AT_LEAST_ONCE, FIFTY, "PASS"),
        (OLDER, {"changed": 1}, "FAIL"),
    ],
)
def test_records_of_earlier_runs_are_held_to_the_same_rules(plan, found, outcome):
    """Record by record: losses and doubles do not cancel out, and replays are duplicates."""
    chaos = counts(Copy.CHAOS, **(AGAIN | found))
    sums = table(RECORDS + 1000, chaos.records)
    assert judge(plan, journal(counts(Copy.STABLE, **AGAIN), chaos, sums)).outcome == outcome


@pytest.mark.parametrize("fault", ["pod_delete", "node_drain"])
def test_both_copies_without_the_same_ids_are_a_doubt(fault):
    """Only the loader knows; an application that filters is compared with its stable copy."""
    fewer = {"expected": RECORDS - 7, "records": RECORDS - 7, "ids": RECORDS - 7, "counted": RECORDS - 7}
    both = [*(counts(copy, **fewer) for copy in Copy), table(RECORDS - 7, RECORDS - 7)]
    assert judge(a_plan(fault=fault), journal(*both, plan=a_plan(fault=fault))).outcome == "INCONCLUSIVE"
    verdict = judge(with_output(a_plan(fault=fault), each_once=False), journal(*both, plan=a_plan(fault=fault)))
    assert (verdict.outcome, any("each_once" in note for note in verdict.notes)) == ("PASS", True)


THREE = {"records": 3 * RECORDS, "repeated": 2 * RECORDS}


@pytest.mark.parametrize(
    ("plan", "found", "outcome"),
    [
        (MANY, {}, "PASS"),
        (MANY, {"records": 3 * RECORDS - 9, "lost": 9, "lost_ids": 9}, "FAIL"),
        (MANY_AT_LEAST_ONCE, {"records": 2 * RECORDS, "lost": RECORDS, "lost_ids": RECORDS}, "FAIL"),
        (MANY_AT_LEAST_ONCE, {"records": 3 * RECORDS + 2, "duplicated": 2, "surplus": 2}, "PASS"),
        (MANY, {"records": 3 * RECORDS + 2, "duplicated": 2, "surplus": 2}, "FAIL"),
    ],
)
def test_several_records_for_one_are_as_many_as_the_stable_copys(plan, found, outcome):
    """Equal copies pass; a third that lacks of every id fails under either guarantee."""
    chaos = counts(Copy.CHAOS, **(THREE | found))
    sums = table(3 * RECORDS, chaos.records)
    assert judge(plan, journal(counts(Copy.STABLE, **THREE), chaos, sums)).outcome == outcome


def test_an_empty_control_proves_nothing():
    """Two copies that wrote nothing are equal."""
    none = dict.fromkeys(("expected", "records", "ids", "counted"), 0)
    both = [*(counts(copy, **none) for copy in Copy), table(0, 0)]
    verdict = judge(MANY, journal(*both))
    assert (verdict.outcome, "it wrote no record of this run" in verdict.reasons[0]) == ("INCONCLUSIVE", True)


@pytest.mark.parametrize(
    "found", [{"repeated": 5, "records": RECORDS + 5}, {"unloaded": 5}, {"older": 5}, {"counted": RECORDS - 1}]
)
def test_a_control_that_breaks_a_demand_itself_is_a_doubt(found):
    """Whatever the chaos copy did."""
    stable = counts(Copy.STABLE, **found)
    assert judge(a_plan(), journal(stable, table(stable=stable.records))).outcome == "INCONCLUSIVE"


def test_an_order_that_the_control_does_not_keep_is_demanded_of_nobody():
    """The application keeps none."""
    proofs = [proof_of(counts(copy), reordered=3) for copy in Copy]
    verdict = judge(STRICT, journal(*proofs))
    assert (verdict.outcome, "keeps no order" in verdict.reasons[0]) == ("INCONCLUSIVE", True)


def test_fewer_duplicates_than_the_stable_copys_are_no_loss():
    """Under AT_LEAST_ONCE, where each loaded record is shown to have come."""
    stable = counts(Copy.STABLE, records=RECORDS + 4, repeated=4)
    chaos = counts(Copy.CHAOS, lost=4, lost_ids=4)
    found = journal(stable, chaos, table(stable=RECORDS + 4))
    verdict = judge(a_plan(delivery_guarantee="AT_LEAST_ONCE"), found)
    (line,) = [one for one in verdict.lines if one.name == "no loss"]
    told = "200,000 of 200,000 ids, 0 lost: the stable copy has 4 repeated records more"
    assert (verdict.outcome, line.seen) == ("PASS", told)
    short = counts(Copy.CHAOS, lost=4, lost_ids=4, counted=RECORDS - 1)
    missing = journal(stable, short, table(stable=RECORDS + 4))
    assert judge(a_plan(delivery_guarantee="AT_LEAST_ONCE"), missing).outcome == "FAIL"


@pytest.mark.parametrize("fault", ["node_drain", "pod_delete", "no_fault"])
def test_a_control_that_was_started_again_is_none_unless_the_loader_tells_what_it_lacks(fault):
    """By whatever: equal outputs may lack the same records, and different ones may both be wrong."""
    whole = a_plan(fault=fault)
    plan = with_output(whole, each_once=False)
    again = job_seen("drained", copy=Copy.STABLE, restarts=1, failure="no broker")
    extra = counts(Copy.CHAOS, records=RECORDS + 5, extra=5), table(chaos=RECORDS + 5)
    for facts in ([again], [again, *extra]):
        verdict = judge(plan, journal(*facts, plan=whole))
        assert (verdict.outcome, "because: no broker; what it should" in verdict.reasons[0]) == ("INCONCLUSIVE", True)
    assert judge(plan, journal(*extra, plan=whole)).outcome == "FAIL"
    numbers_only = with_output(whole, ignore=whole.pipeline.output.compared)
    assert judge(numbers_only, journal(again, plan=whole)).outcome == "PASS"
    assert judge(whole, journal(again, *extra, plan=whole)).outcome == "FAIL"
    twice = counts(Copy.STABLE, repeated=3)
    assert judge(whole, journal(again, twice, *extra, plan=whole)).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("counted", "missing"), [(RECORDS, 0), (RECORDS - 7, 7), (0, RECORDS), (RECORDS + 5, 0), (None, 0)]
)
def test_what_was_loaded_and_is_in_no_output_is_a_loss_of_the_copy_that_lacks_it(counted, missing):
    """Where each record is demanded, and somebody counted; whatever the other copy accounts for."""
    for copy, other in ((Copy.CHAOS, Copy.STABLE), (Copy.STABLE, Copy.CHAOS)):
        found = journal(counts(copy, counted=counted), counts(other))
        assert (unaccounted(a_plan(), found, copy), unaccounted(a_plan(), found, other)) == (missing, 0)
        assert unaccounted(MANY, found, copy) == 0
        assert is_kept(a_plan(), found, LOSS) is (copy is Copy.STABLE or not missing)


def without(*kinds):
    """The facts of a good run, but these."""
    return Journal([fact for fact in good_facts() if not isinstance(fact, kinds)])


def test_one_method_alone_is_no_verdict_unless_the_profile_allows_it():
    """Formats that only Flink reads; and a note tells it."""
    csv = with_output(a_plan(), format="csv")
    verdict = judge(csv, without(RecordProof))
    assert verdict.outcome == "INCONCLUSIVE"
    assert "one method alone: no record proof of stable, chaos: records of format csv have none" in verdict.reasons[0]
    allowed = judge(with_output(csv, sql_alone=True), without(RecordProof))
    assert (allowed.outcome, allowed.notes[0].startswith("by Flink SQL alone")) == ("PASS", True)


@pytest.mark.parametrize("kind", [RecordProof, SourceProof])
def test_a_proof_that_was_never_made_is_a_doubt(kind):
    """A worker was killed in between."""
    assert judge(a_plan(), without(kind)).outcome == "INCONCLUSIVE"
    half = [fact for fact in good_facts() if not (isinstance(fact, RecordProof) and fact.copy_ is Copy.CHAOS)]
    assert judge(a_plan(), Journal(half)).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize("name", sorted(set(Compared.model_fields) - {"lost_ids"}))
def test_each_number_that_the_two_ways_count_differently_is_a_doubt(name):
    """Values too: SQL and the record proof compare the same columns."""
    same = {"changed": 0, "undercounted": 0, "counted": RECORDS, "repeated": 0, "unloaded": 0, "summed": None}
    plan, fact = a_plan(), counts(Copy.CHAOS, **(same | {"summed": RECORDS}))
    other = a_proof(Copy.CHAOS, **(same | {"summed": RECORDS} | {name: 3}))
    verdict = judge(plan, journal(fact, other))
    assert verdict.outcome == "INCONCLUSIVE"
    assert f"methods disagree: chaos: {name} is" in " ".join(verdict.reasons)


@pytest.mark.parametrize(
    ("repeated", "chaos", "outcome"),
    [(3, {"extra": 2}, "INCONCLUSIVE"), (0, {"extra": 2}, "FAIL"), (3, {}, "PASS"), (0, {}, "PASS")],
)
def test_a_control_that_was_started_again_and_repeats_records_excuses_what_differs(repeated, chaos, outcome):
    """Where the loader knows what there must be; a control that repeats nothing is as good as one that went on."""
    plan = a_plan(delivery_guarantee="AT_LEAST_ONCE")
    plan = with_output(plan, each_once=True, ignore=plan.pipeline.output.compared)
    again = job_seen("drained", copy=Copy.STABLE, restored_id=4, restarts=1)
    control = proof_of(counts(Copy.STABLE), repeated=repeated)
    fact = counts(Copy.CHAOS, **chaos)
    verdict = judge(plan, journal(again, control, fact, proof_of(fact), table(chaos=fact.records), plan=plan))
    assert verdict.outcome == outcome
    told = "it was restored from checkpoint 4; it has records again itself, and the outputs differ"
    assert any(told in reason for reason in verdict.reasons) is (outcome == "INCONCLUSIVE")


@pytest.mark.parametrize("fault", ["network_latency", "pod_delete"])
@pytest.mark.parametrize(
    ("look", "excused"),
    [
        ({}, False),
        ({"failed_checkpoints": 1}, False),
        ({"restarts": 1}, True),
        ({"tasks_running": 3}, True),
        ({"failure": "IOException", "failed_ms": 9}, True),
    ],
)
def test_a_fault_that_restarted_nothing_excuses_no_duplicate(fault, look, excused):
    """Such as a latency that only slowed checkpoints down: AT_LEAST_ONCE doubles records after a failure."""
    plan = a_plan(fault=fault, delivery_guarantee="AT_LEAST_ONCE")
    looks = [job_seen("before the fault"), job_seen("after the fault", **look)]
    facts = [fact for fact in good_facts(plan) if not (isinstance(fact, JobSeen) and fact.copy_ is Copy.CHAOS)]
    assert duplicates_allowed(plan, Journal([*facts, *looks])) is excused
    assert duplicates_allowed(plan, Journal([*facts, looks[1]]))
    assert duplicates_allowed(plan, Journal([*facts, looks[0], job_seen("after the fault", job_id="", **look)]))


@pytest.mark.parametrize("number", ["changed", "undercounted"])
def test_a_control_that_was_started_again_proves_no_value(number):
    """The loader knows which records there are, and not what the application makes of them."""
    again = job_seen("drained", copy=Copy.STABLE, restored_id=4, restarts=1, failure="node lost")
    fact = counts(Copy.CHAOS)
    found = proof_of(fact, **{number: 7}), counts(Copy.CHAOS, **{number: 7})
    assert judge(a_plan(), journal(*found)).outcome == "FAIL"
    verdict = judge(a_plan(), journal(again, *found))
    assert verdict.outcome == "INCONCLUSIVE"
    assert "because: node lost; which copy has the right values nobody can tell" in verdict.reasons[0]


@pytest.mark.parametrize(("ignored", "outcome"), [(False, "INCONCLUSIVE"), (True, "PASS")])
def test_equal_values_prove_nothing_where_the_control_was_started_again(ignored, outcome):
    """A simulated world (seed 6748): both copies lost the same state, and each value was wrong in both."""
    plan = with_output(a_plan(), ignore=a_plan().pipeline.output.compared) if ignored else a_plan()
    again = job_seen("drained", copy=Copy.STABLE, restored_id=4, restarts=1, failure="node lost")
    verdict = judge(plan, journal(again, plan=plan))
    assert verdict.outcome == outcome
    assert any("equal values prove nothing then" in reason for reason in verdict.reasons) is not ignored
    loss = counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3)
    assert judge(plan, journal(again, *loss, plan=plan)).outcome == "FAIL"


def test_what_the_control_suffers_as_well_no_fault_has_done():
    """A bound on delays that neither keeps, and a transaction of the control that nobody ended."""
    plan = a_plan(contract_bounds={"delay_p99_seconds": 30})
    late = [a_proof(Copy.CHAOS, 60_001), a_proof(Copy.STABLE, 60_000)]
    told = "both copies deliver 99 of 100 ids later than the 30 s that are demanded, the stable one as well"
    assert judge(plan, journal(*late, plan=plan)).reasons[0] == told
    assert judge(plan, journal(late[0], plan=plan)).outcome == "FAIL"
    assert judge(plan, journal(*(a_proof(copy, 30_000) for copy in Copy), plan=plan)).outcome == "PASS"
    assert judge(plan, journal(late[1], a_proof(Copy.CHAOS, 1), plan=plan)).outcome == "PASS"
    hanging = OpenTransactions(at=AT, copy=Copy.STABLE, behind={0: 3}, transactions=[])
    assert judge(a_plan(), journal(hanging)).reasons == ["stable copy: 3 records are behind an open transaction"]
