import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.contract import Contract
from flink_chaos.steps import measuring
from flink_chaos.steps.measuring import measure, measured_injection, with_bounds
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.run import StepError
from flink_chaos.store import files
from flink_chaos.store.reading import content_of
from flink_chaos.store.records import Store
from flink_chaos.verdict.judge import judge

from tests.unit.observed import ASKED, at, checkpoint, observation
from tests.unit.plans import RECORDS, a_plan, a_proof, counts, hit, journal, proof_of
from tests.unit.runs import calm, observed, stored

EVERY = dict.fromkeys(Contract.model_fields, "measured")
AT_LEAST_ONCE = {"delivery_guarantee": "AT_LEAST_ONCE"}
WORST = {"recovery_seconds": 23.2, "caught_up_seconds": 27.0}
"""Of a run whose tasks ran again 10 s later than usual."""


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path.as_uri())


def five(store, **parameters):
    """As many runs as are needed; the third was the slowest."""
    return [stored(store, day, facts=observed(), back=60 if day == 3 else 50, **parameters) for day in range(1, 6)]


def rewritten(attempt, **changes):
    """The stored verdict with another recovery."""
    verdict = attempt.verdict()
    found = verdict.recovery.model_copy(update=changes)
    (attempt.folder / "verdict.json").write_text(verdict.model_copy(update={"recovery": found}).model_dump_json())


def numbers(plan):
    return {name: plan.contract.number(name) for name in plan.measured}


def test_times_are_the_worst_of_the_last_runs_with_a_margin(store):
    """Until checkpointed, and until caught up."""
    five(store)
    plan = with_bounds(store, a_plan(contract_bounds=dict.fromkeys(WORST, "measured")))
    assert {name: one.worst for name, one in plan.measured.items()} == WORST
    assert numbers(plan) == {"recovery_seconds": 34.8, "caught_up_seconds": 40.5}


def test_duplicates_are_those_of_the_stored_counts(store):
    """Of the chaos copy, in per cent."""
    for day in range(1, 6):
        twice = counts(Copy.CHAOS, duplicated=day * RECORDS // 100)
        both = (twice, counts(Copy.STABLE, duplicated=RECORDS))
        stored(store, day, facts=observed(*both, *map(proof_of, both)), **AT_LEAST_ONCE)
    found = measure(store, a_plan(**AT_LEAST_ONCE))["duplicates_percent"]
    assert (found.runs, found.worst, found.bound) == (5, 5.0, 7.5)
    assert "duplicates_percent" not in measure(store, a_plan())


def test_delays_are_those_of_the_stored_proofs(store):
    """Of the chaos copy; a run whose records were not proven tells none."""
    for day in range(1, 7):
        proofs = [a_proof(Copy.CHAOS, 1000 * day), a_proof(Copy.STABLE, 99_000)]
        stored(store, day, facts=observed(*proofs) if day < 6 else observed())
    found = measure(store, a_plan())["delay_p99_seconds"]
    assert (found.runs, found.worst, found.bound) == (5, 5.0, 7.5)


def test_failed_checkpoints_are_whole(store):
    """1.5 of them are 2."""
    *_, last = five(store)
    failed = judge(last.plan(), last.journal(), observation(checkpoint(90, 100, "FAILED"))).recovery.checkpoints
    rewritten(last, checkpoints=failed)
    assert numbers(with_bounds(store, a_plan(contract_bounds=EVERY)))["failed_checkpoints"] == 2


def test_a_bound_is_never_below_the_noise(store):
    """Runs without a fault fail checkpoints too."""
    five(store)
    quiet = stored(store, 6, facts=calm(), fault="no_fault")
    failed = [span.model_copy(update={"failed": 3}) for span in quiet.verdict().recovery.checkpoints]
    rewritten(quiet, checkpoints=failed[:2])
    found = measure(store, a_plan())["failed_checkpoints"]
    assert (found.bound, found.worst, found.noise_worst, found.noise_runs) == (5, 0, 3, 1)


def test_runs_without_a_fault_are_measured_by_each_other(store):
    """They have nothing to recover from, and under EXACTLY_ONCE no duplicate to allow."""
    for day in range(1, 6):
        stored(store, day, facts=calm(a_proof(Copy.CHAOS, 2_000)), fault="no_fault")
    plan = with_bounds(store, a_plan(fault="no_fault", contract_bounds=EVERY))
    assert numbers(plan) == {"failed_checkpoints": 0, "delay_p99_seconds": 3}
    assert plan.contract.to_measure == []


def test_too_few_runs_give_no_bound_and_the_plan_says_so(store):
    """One that failed, one of another load and one whose samples were too far apart are none."""
    runs = five(store)
    rewritten(runs[2], resolution_seconds=16)
    stored(store, 6, facts=[])
    stored(store, 7, facts=observed(), records_per_second=1_000)
    plan = with_bounds(store, a_plan(contract_bounds=EVERY))
    assert numbers(plan)["recovery_seconds"] is None
    assert plan.measured["recovery_seconds"].told == "not yet, 4 of 5 runs"
    assert numbers(plan)["failed_checkpoints"] is None


@pytest.mark.parametrize("spoilt", ["verdict.json", "plan.json", "journal"])
def test_records_that_this_version_cannot_read_are_passed_over(store, spoilt):
    """There may be older ones."""
    runs = [stored(store, day, facts=observed(a_proof(Copy.CHAOS, 1000))) for day in range(1, 7)]
    path = runs[-1].folder / spoilt
    for file in path.glob("*-record_proof.json") if spoilt == "journal" else [path]:
        file.write_text('{"outcome": 1}')
    assert measure(store, a_plan())["delay_p99_seconds"].runs == 5


def test_no_more_than_the_last_twenty_runs_are_read(store, monkeypatch):
    """A slow run of long ago is forgotten; of hundreds of runs, few are opened."""
    for day in range(1, 31):
        stored(store, day, facts=observed(), back=60 if day == 10 else 50)
    looked = []
    monkeypatch.setattr(files, "content_of", lambda path, most: looked.append(path.parent) or content_of(path, most))
    found = measure(store, a_plan(), ["recovery_seconds"])["recovery_seconds"]
    assert (found.runs, found.worst) == (20, 13.2)
    assert len({folder for folder in looked if folder.name != "keys"}) == 20


def test_the_store_is_not_read_where_nothing_is_measured(store, monkeypatch):
    """Most contracts have numbers, or none."""
    monkeypatch.setattr(measuring, "passed", None)
    plan = a_plan(contract_bounds={"recovery_seconds": 60})
    assert with_bounds(store, plan) == plan


def test_a_run_is_judged_by_what_was_measured_when_it_was_planned(store):
    """More runs, and slower ones, change nothing of it."""
    five(store)
    asked = {"contract_bounds": EVERY}
    plan = make_plan(store, dag_id="pod_delete", run_id="manual__7", fault="pod_delete", parameters=asked)
    first = judge(store.attempt(plan.run_key).plan(), journal(*observed()), observation()).model_dump_json()
    for day in range(8, 14):
        stored(store, day, facts=observed(), back=80)
    again = judge(store.attempt(plan.run_key).plan(), journal(*observed()), observation()).model_dump_json()
    assert "within 34.8 s of the fault (measured: 1.5 x the worst of 5 runs)" in first
    assert again == first
    later = make_plan(store, dag_id="pod_delete", run_id="manual__14", fault="pod_delete", parameters=asked)
    assert later.contract.number("recovery_seconds") > plan.contract.number("recovery_seconds")


def test_how_long_a_fault_takes_to_strike_is_the_longest_of_the_last_runs_there(store):
    """Litmus takes 10 s here and 45 s elsewhere; a run whose fault nobody saw strike says nothing."""
    assert measured_injection(store, "pod_delete", "lab") is None
    for day, seconds in enumerate((99, 7.5, 4, 3, 6, 5), 1):
        stored(store, day, facts=observed(hit().model_copy(update={"at": at(ASKED + seconds)})))
    stored(store, 9, facts=[])
    assert measured_injection(store, "pod_delete", "lab") == 8 + 5
    assert measured_injection(store, "pod_delete", "compose") is None


def test_a_load_that_ends_before_a_slow_fault_strikes_is_refused(store):
    """As soon as it is known how slow it is."""
    shortest = {"data_count_to_load": 100_000, "records_per_second": 2_000}
    assert planned(store, **shortest).injection_seconds == 15
    stored(store, 1, facts=observed(hit().model_copy(update={"at": at(ASKED + 44)})))
    with pytest.raises(StepError, match=r"lasts 50 s, but steady state, injection and fault need 20 \+ 49 \+ 15 s"):
        planned(store, **shortest)


def planned(store, **parameters):
    return make_plan(store, dag_id="pod_delete", run_id="new", fault="pod_delete", parameters=parameters)
