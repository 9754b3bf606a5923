import os
from datetime import timedelta

import pytest
from flink_chaos.store.history import last_green, repetitions, undisturbed
from flink_chaos.store.records import PLAN, Store
from flink_chaos.verdict.judge import judge

from tests.unit.observed import at, observation
from tests.unit.observed import facts as observed_facts
from tests.unit.plans import AT, a_plan, good_facts


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path.as_uri())


def stored(store, day, *, facts=None, closed=True, **parameters):
    """A run of that day; its verdict was written on it too."""
    plan = a_plan(run_id=f"manual__{day}", **parameters).model_copy(update={"created_at": AT + timedelta(days=day)})
    attempt = store.open(plan)
    for fact in good_facts() if facts is None else facts:
        attempt.append(fact)
    if closed:
        attempt.close(judge(plan, attempt.journal(), observation()))
        moment = plan.created_at.timestamp()
        os.utime(str(attempt.folder / "verdict.json").removeprefix("file://"), (moment, moment))
    return attempt


def test_it_is_the_newest_pass_before_the_run(store):
    """Not a FAIL, not one that came later."""
    stored(store, 1)
    green = stored(store, 2)
    stored(store, 3, facts=[])
    run = stored(store, 4, closed=False)
    stored(store, 5)
    assert last_green(run) == green.verdict()


@pytest.mark.parametrize(
    "other",
    [
        {"component": "jobmanager"},
        {"pipeline": "ad_event_counts"},
        {"records_per_second": 1_000},
        {"delivery_guarantee": "AT_LEAST_ONCE"},
    ],
)
def test_another_test_is_no_measure(store, other):
    """Another fault, pipeline, load or guarantee."""
    stored(store, 1, **other)
    assert last_green(stored(store, 2, closed=False)) is None


def test_records_of_another_version_are_passed_over(store):
    """There may be older ones."""
    green = stored(store, 1)
    (stored(store, 2).folder / "verdict.json").write_text('{"outcome": "PASS"}')
    (stored(store, 3).folder / PLAN).write_text("{}")
    assert last_green(stored(store, 4, closed=False)) == green.verdict()


def observed(**_):
    """Facts of a run that was observed and passed."""
    return [*good_facts(), *observed_facts()]


def calm():
    """The same without a fault."""
    kinds = ("fault_started", "fault_ended", "targets_chosen")
    found = [fact for fact in observed() if fact.kind not in kinds]
    return [fact.model_copy(update={"at": at(5)}) if fact.kind == "steady" else fact for fact in found]


def test_repetitions_are_this_run_and_the_last_ones_of_its_test(store):
    """Those that were observed, whatever came of them, and not too many."""
    stored(store, 1)
    stored(store, 2, facts=observed(), records_per_second=1_000)
    for day in (3, 4, 5):
        run = stored(store, day, facts=observed())
    assert (len(repetitions(run)), len(repetitions(run, most=2))) == (3, 2)


def test_the_noise_is_that_of_runs_without_a_fault(store):
    """Of the same pipeline and load: they are another DAG's."""
    stored(store, 1, facts=calm(), fault="no_fault")
    stored(store, 2, facts=calm(), fault="no_fault", records_per_second=1_000)
    run = stored(store, 3, facts=observed())
    assert [one.undisturbed for one in undisturbed(run)] == [True]
    assert len(repetitions(run)) == 1
