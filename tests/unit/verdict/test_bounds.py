import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.contract import Contract
from flink_chaos.model.journal import Journal
from flink_chaos.model.measured import measured
from flink_chaos.model.observation import FailureSeen, Observation, Sample
from flink_chaos.verdict.bounds import bound_lines
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.recovery import recovery

from tests.unit.observed import checkpoint, facts, journal, ms, observation, seen
from tests.unit.plans import RECORDS, a_plan, a_proof, counts
from tests.unit.plans import journal as good_journal


def lines(bounds, found=None, *later, **parameters):
    plan = a_plan(contract_bounds=bounds, **parameters)
    return [(line.name, line.ok, line.seen) for line in bound_lines(plan, good_journal(*later), found)]


def test_what_is_not_named_is_not_demanded():
    """The guarantee alone is the contract then."""
    assert lines({}) == []


@pytest.mark.parametrize(("bound", "ok"), [(13.2, True), (13.1, False)])
def test_a_recovery_has_its_time(bound, ok):
    """Until the first checkpoint after all tasks ran again."""
    told = lines({"recovery_seconds": bound}, recovery(a_plan(), journal(), observation()))
    assert told == [("recovered in time", ok, "13.2 s")]


@pytest.mark.parametrize(("bound", "ok"), [(17, True), (16.9, False)])
def test_catching_up_has_its_time(bound, ok):
    """Until the lag is usual again."""
    told = lines({"caught_up_seconds": bound}, recovery(a_plan(), journal(), observation()))
    assert told == [("caught up in time", ok, "17.0 s")]


def test_samples_just_close_enough_tell_times():
    """15 s are not more than 15."""
    thin = recovery(a_plan(), journal(), observation()).model_copy(update={"resolution_seconds": 15})
    assert lines({"recovery_seconds": 60}, thin) == [("recovered in time", True, "13.2 s")]


def test_what_never_came_is_late():
    """Somebody looked."""
    told = lines({"caught_up_seconds": 999}, recovery(a_plan(), journal(), observation(back=999)))
    assert told == [("caught up in time", False, "never seen")]


def test_what_nobody_observed_is_neither_met_nor_broken():
    """So the run is inconclusive, for a bound that was asked for."""
    assert lines({"recovery_seconds": 60}) == [("recovered in time", None, "not observed")]
    verdict = judge(a_plan(contract_bounds={"recovery_seconds": 60}), good_journal())
    assert (verdict.outcome, verdict.reasons) == ("INCONCLUSIVE", ["recovered in time: not observed"])


def test_samples_too_far_apart_say_nothing():
    """Neither of times nor of checkpoints: a JobManager that was killed meanwhile took its history with it."""
    thin = recovery(a_plan(), journal(), observation()).model_copy(update={"resolution_seconds": 16})
    told = lines({"recovery_seconds": 60, "failed_checkpoints": 0}, thin)
    assert told == [("recovered in time", None, "not observed"), ("few failed checkpoints", None, "not observed")]


def test_clocks_that_disagree_say_nothing_of_times():
    """A mark of Flink's and one of ours cannot be subtracted then."""
    skewed = recovery(a_plan(), journal(), observation()).model_copy(update={"skew_seconds": 16})
    assert lines({"recovery_seconds": 60}, skewed) == [("recovered in time", None, "not observed")]


def test_failed_checkpoints_count_from_the_fault_on():
    """One before it is the machine's."""
    failed = [checkpoint(90 + n, second, "FAILED") for n, second in enumerate((10, 45, 100))]
    told = lines({"failed_checkpoints": 1}, recovery(a_plan(), journal(), observation(*failed)))
    assert told == [("few failed checkpoints", False, "2")]


@pytest.mark.parametrize(("bound", "ok"), [(1.0, True), (0.99, False)])
def test_duplicates_are_bounded_under_at_least_once(bound, ok):
    """In per cent of the ids; EXACTLY_ONCE has a line of its own."""
    twice = counts(Copy.CHAOS, duplicated=RECORDS // 100)
    told = lines({"duplicates_percent": bound}, None, twice, delivery_guarantee="AT_LEAST_ONCE")
    assert told == [("few duplicates", ok, "1.00 %")]
    assert lines({"duplicates_percent": bound}, None, twice) == []


def test_duplicates_and_delays_are_those_of_the_chaos_copy():
    """Whichever copy was counted or proved last; and one that was not counted has none."""
    plan = a_plan(
        contract_bounds={"duplicates_percent": 1, "delay_p99_seconds": 60}, delivery_guarantee="AT_LEAST_ONCE"
    )
    both = [a_proof(Copy.CHAOS, 60_001), a_proof(Copy.STABLE, 1), counts(Copy.STABLE, duplicated=RECORDS)]
    told = [(line.ok, line.demanded, line.seen) for line in bound_lines(plan, good_journal(*both), None)]
    assert told == [(True, "at most 1 % of the ids", "0.00 %"), (False, "at most 60 s", "60.0 s")]
    told = [(line.ok, line.demanded, line.seen) for line in bound_lines(plan, Journal([both[2]]), None)]
    assert told == [(None, "at most 1 % of the ids", "not counted"), (None, "at most 60 s", "not proven")]


def test_checkpoints_that_nobody_observed_are_neither_few_nor_many():
    """Somebody must have looked."""
    assert lines({"failed_checkpoints": 0}) == [("few failed checkpoints", None, "not observed")]


def test_a_bound_that_is_none_is_refused_with_its_name():
    """At the plan, not in the middle of a run."""
    with pytest.raises(ValueError, match="recovery"):
        a_plan(contract_bounds={"recovery": 60})


def test_a_verdict_tells_its_recovery():
    """From the same samples, the same verdict to the byte."""
    plan, found = a_plan(), good_journal(*facts())
    first, second = (judge(plan, found, observation()).model_dump_json() for _ in range(2))
    assert first == second
    assert judge(plan, found, observation()).recovery.restarts == 1


@pytest.mark.parametrize(("bound", "ok"), [(8.5, True), (8.4, False)])
def test_a_delay_is_that_of_the_slowest_of_a_hundred_ids(bound, ok):
    """Only who reads the topics knows the times of both records."""
    assert lines({"delay_p99_seconds": bound}, None, a_proof(Copy.CHAOS, 8_500)) == [
        ("delay, 99 of 100 ids", ok, "8.5 s")
    ]
    assert lines({"delay_p99_seconds": bound}, None, a_proof(Copy.CHAOS, 0)) == [("delay, 99 of 100 ids", True, "0.0 s")]
    assert lines({"delay_p99_seconds": bound}, None, a_proof(Copy.CHAOS, -1))[0][1:] == (None, "not proven")
    assert lines({"delay_p99_seconds": bound}) == [("delay, 99 of 100 ids", None, "not proven")]


def test_a_run_without_a_fault_has_nothing_to_recover_from():
    """Its failed checkpoints count all the same."""
    told = lines({"recovery_seconds": 1, "caught_up_seconds": 1, "failed_checkpoints": 0}, fault="no_fault")
    assert [name for name, *_ in told] == ["few failed checkpoints"]


def test_a_line_tells_where_a_measured_bound_came_from():
    """A number that somebody wrote needs no word."""
    plan = a_plan(contract_bounds={"recovery_seconds": "measured", "caught_up_seconds": 60})
    plan = plan.bounded({"recovery_seconds": measured([9.0, 10.0, 8.0, 8.0, 8.0], [], 1)})
    told = [(line.ok, line.demanded) for line in bound_lines(plan, journal(), recovery(plan, journal(), observation()))]
    assert told == [
        (True, "within 15 s of the fault (measured: 1.5 x the worst of 5 runs)"),
        (True, "within 60 s of the fault"),
    ]
    assert judge(plan, good_journal()).notes == []


def test_a_bound_that_too_few_runs_measured_is_told_and_decides_nothing():
    """It is no line: one that nobody looked at would make the run inconclusive."""
    plan = a_plan(contract_bounds={"recovery_seconds": "measured"}).bounded(
        {"recovery_seconds": measured([9, 10], [], 1)}
    )
    verdict, usual = judge(plan, good_journal()), judge(a_plan(), good_journal())
    assert (verdict.outcome, verdict.lines, verdict.reasons) == ("PASS", usual.lines, usual.reasons)
    assert (verdict.notes, usual.notes) == (["recovery_seconds is measured: not yet, 2 of 5 runs"], [])


def test_a_plan_whose_bounds_are_not_measured_yet_is_judged_without_them():
    """As a suite plans its runs without a store."""
    assert lines(dict.fromkeys(Contract.model_fields, "measured"), None, delivery_guarantee="AT_LEAST_ONCE") == []


BOTH = {"recovery_seconds": 5, "caught_up_seconds": 5, "failed_checkpoints": 0}
NOT_OBSERVED = [
    ("recovered in time", None, "not observed"),
    ("caught up in time", None, "not observed"),
    ("few failed checkpoints", None, "not observed"),
]


def seen_without(begin, end):
    """What was seen, but nothing between two seconds, and no exception."""
    return Observation(
        one for one in seen() if not (ms(begin) <= one.at_ms < ms(end) or isinstance(one, FailureSeen))
    )


@pytest.mark.parametrize("told", [seen_without(30, 60), seen_without(30, 999), seen_without(0, 999)])
def test_a_fault_that_nobody_observed_was_not_recovered_from_in_no_time(told):
    """The triggerer was away around it, after it, or all the time."""
    assert lines(BOTH, recovery(a_plan(), journal(), told)) == NOT_OBSERVED


def test_a_lag_that_nobody_could_read_did_not_stay_high():
    """Kafka did not answer the observer; Flink did."""
    blind = [
        one.model_copy(update={"committed_lag": None}) if isinstance(one, Sample) and one.at_ms > ms(50) else one
        for one in seen()
    ]
    told = lines({"recovery_seconds": 60, "caught_up_seconds": 60}, recovery(a_plan(), journal(), Observation(blind)))
    assert told == [("recovered in time", True, "13.2 s"), ("caught up in time", None, "not observed")]
