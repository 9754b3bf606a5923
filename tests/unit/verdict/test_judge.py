import pytest
from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.comparison_facts import Counts
from flink_chaos.model.facts import Drained, Evidence, Loaded, Preflight, Steady, StepFailed, Stopped, Table
from flink_chaos.model.journal import Journal
from flink_chaos.model.verdict import Outcome
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, good_facts, journal, table

EXACTLY_ONCE = a_plan()
AT_LEAST_ONCE = a_plan(delivery_guarantee="AT_LEAST_ONCE")
DUPLICATES = (counts(Copy.CHAOS, records=RECORDS + 9, duplicated=7, surplus=9), table(chaos=RECORDS + 9))
LOSS = (counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3))


def spoilt(kind, **fields):
    """The good fact of a kind with other values."""
    return next(f for f in good_facts() if isinstance(f, kind)).model_copy(update=fields)


def test_everything_seen_and_nothing_broken_is_a_pass():
    """PASS needs every fact."""
    assert judge(EXACTLY_ONCE, journal()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "kind", [type(fact) for fact in good_facts() if type(fact).__name__ not in ("FaultEnded", "Table")]
)
def test_without_any_one_kind_of_fact_there_is_no_pass(kind):
    """What was not seen is not taken as good."""
    facts = [fact for fact in good_facts() if not isinstance(fact, kind)]
    assert judge(EXACTLY_ONCE, Journal(facts)).outcome is not Outcome.PASS


@pytest.mark.parametrize(
    ("plan", "facts", "outcome", "reason"),
    [
        (EXACTLY_ONCE, DUPLICATES, Outcome.FAIL, "7 ids duplicated, 9 surplus"),
        (AT_LEAST_ONCE, DUPLICATES, Outcome.PASS, "7 ids duplicated"),
        (EXACTLY_ONCE, LOSS, Outcome.FAIL, "3 lost"),
        (AT_LEAST_ONCE, LOSS, Outcome.FAIL, "3 lost"),
        (
            EXACTLY_ONCE,
            (counts(Copy.CHAOS, records=RECORDS + 1, extra=1), table(chaos=RECORDS + 1)),
            Outcome.FAIL,
            "1 extra",
        ),
        (EXACTLY_ONCE, (Drained(at=AT, copy=Copy.CHAOS, ok=False, message="lag 9", lag=9),), Outcome.FAIL, "lag 9"),
        (
            EXACTLY_ONCE,
            (Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="no"),),
            Outcome.FAIL,
            "stopped",
        ),
    ],
)
def test_the_contract_is_judged_line_by_line(plan, facts, outcome, reason):
    """Loss breaks both contracts, duplicates only one, and a copy that never recovers is a FAIL."""
    verdict = judge(plan, journal(*facts))
    assert (verdict.outcome, reason in " ".join(verdict.reasons)) == (outcome, True)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (spoilt(Evidence, felt=False, message="pod is still there"), "not felt: pod is still there"),
        (spoilt(Loaded, written=5), "5 of 200,000 records"),
        (spoilt(Steady, ok=False, message="too slow"), "no steady state"),
        (spoilt(Preflight, checks=[{"name": "kafka", "ok": False, "message": "down"}]), "kafka: down"),
        (Drained(at=AT, copy=Copy.STABLE, ok=False, message="lag 1", lag=1), "stable copy: lag 1"),
        (counts(Copy.STABLE, ids=RECORDS - 1, lost=1), "stable copy: 1 lost"),
        (table(chaos=RECORDS - 1), "methods disagree"),
    ],
)
def test_a_cause_outside_the_chaos_copy_is_inconclusive(fact, reason):
    """Neither PASS nor FAIL can be trusted then, and the reason is told."""
    if isinstance(fact, Preflight):
        fact = Preflight.model_validate(fact.model_dump(warnings=False))
    verdict = judge(EXACTLY_ONCE, journal(fact))
    assert (verdict.outcome, reason in " ".join(verdict.reasons)) == (Outcome.INCONCLUSIVE, True)


def test_doubt_goes_before_failure():
    """Duplicates in a run whose load was short are told, but are no FAIL."""
    verdict = judge(EXACTLY_ONCE, journal(*DUPLICATES, spoilt(Loaded, written=5)))
    assert (verdict.outcome, "7 ids" in " ".join(verdict.reasons)) == (Outcome.INCONCLUSIVE, True)


@pytest.mark.parametrize("kind", [Drained, Stopped, Counts])
@pytest.mark.parametrize("fault", ["pod_delete", "node_drain"])
def test_what_nobody_looked_at_is_not_broken(kind, fault):
    """A worker that died before it could look says nothing about the application."""
    unseen = [fact for fact in good_facts() if not (isinstance(fact, kind) and fact.copy_ is Copy.CHAOS)]
    verdict = judge(a_plan(fault=fault), Journal(unseen))
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_a_step_that_failed_aborts_the_run():
    """Whatever else was seen."""
    verdict = judge(EXACTLY_ONCE, journal(StepFailed(at=AT, step="drain", message="Kafka is gone")))
    assert (verdict.outcome, verdict.reasons) == (Outcome.ABORTED, ["drain: Kafka is gone"])


def test_a_dry_run_is_planned():
    """Nothing was tested, and that is said."""
    verdict = judge(a_plan(dry_run=True), Journal([]))
    assert (verdict.outcome, verdict.reasons) == (Outcome.PLANNED, ["dry run: planned, nothing touched"])


def test_each_copy_has_its_own_numbers_in_the_verdict():
    """Those that were counted, and none of one that never was."""
    same = {"expected": RECORDS}
    same |= dict.fromkeys(("duplicated", "surplus", "extra", "lost_ids", "older"), 0)
    hurt = {"records": RECORDS - 3, "ids": RECORDS - 3, "counted": RECORDS - 3, "lost": 3}
    whole = {"records": RECORDS, "ids": RECORDS, "counted": RECORDS, "lost": 0}
    assert judge(EXACTLY_ONCE, journal(*LOSS)).counts == {"stable": same | whole, "chaos": same | hurt}
    alone = Journal([fact for fact in good_facts() if getattr(fact, "copy_", None) is not Copy.STABLE])
    assert judge(EXACTLY_ONCE, alone).counts == {"stable": {}, "chaos": same | whole}


def test_a_table_whose_rows_do_not_fit_its_columns_is_an_error():
    """A value without a name could be any."""
    with pytest.raises(ValueError, match="zip"):
        judge(EXACTLY_ONCE, journal(Table(at=AT, name="t", columns=["a"], rows=[[1, 2]])))


def test_the_same_facts_give_the_same_verdict():
    """Byte for byte."""
    first, second = (judge(AT_LEAST_ONCE, journal(*DUPLICATES)).model_dump_json() for _ in range(2))
    assert first == second


def test_the_verdict_names_its_contract():
    """A test may demand more than the sink promises."""
    plan = a_plan(delivery_guarantee="AT_LEAST_ONCE", contract="EXACTLY_ONCE")
    assert judge(plan, journal(*DUPLICATES)).contract is Guarantee.EXACTLY_ONCE
