import pytest
from flink_chaos.store import files
from flink_chaos.store.history import last_green, passed, passed_undisturbed, repetitions, undisturbed
from flink_chaos.store.reading import content_of
from flink_chaos.store.records import PLAN, Store

from tests.unit.plans import a_plan
from tests.unit.runs import calm, observed, stored


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path.as_uri())


def test_it_is_the_newest_pass_before_the_run(store):
    """Not a FAIL, not one that came later."""
    stored(store, 1)
    green = stored(store, 2)
    stored(store, 3, facts=[])
    run = stored(store, 4, closed=False)
    stored(store, 5)
    assert last_green(run).verdict == green.verdict()


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


@pytest.mark.parametrize("text", ['{"outcome": "PASS"}', '{"request": 1}', "[]", "{", ""])
@pytest.mark.parametrize("name", ["verdict.json", PLAN])
def test_records_of_another_version_and_damaged_ones_are_passed_over(store, name, text):
    """There may be older ones."""
    green = stored(store, 1)
    (stored(store, 2).folder / name).write_text(text)
    assert last_green(stored(store, 4, closed=False)).verdict == green.verdict()


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


def test_a_search_ends_at_the_first_hit(store, monkeypatch):
    """Among thousands of runs it reads two: the one that looks, and the newest."""
    for day in range(1, 6):
        stored(store, day)
    run, looked = stored(store, 6, closed=False), []
    monkeypatch.setattr(files, "content_of", lambda path, most: looked.append(str(path)) or content_of(path, most))
    assert last_green(run).verdict.run_id == "manual__5"
    assert {name.rpartition("/")[0] for name in looked if "keys" not in name} == {
        str(one.folder) for one in (run, store.latest("pod_delete", "manual__5"))
    }


def test_runs_that_passed_are_told_for_a_plan_that_is_not_stored(store):
    """Of the same test, the newest first, not too many, with their records."""
    for day in (1, 2, 3):
        stored(store, day)
    stored(store, 4, facts=[])
    stored(store, 5, records_per_second=1_000)
    found = [(attempt.plan().run_id, verdict.run_id) for attempt, verdict in passed(store, a_plan(), most=2)]
    assert found == [("manual__3", "manual__3"), ("manual__2", "manual__2")]


def test_quiet_runs_that_passed_are_those_of_the_other_dag(store):
    """Of the same pipeline and load, and observed."""
    quiet = stored(store, 1, facts=calm(), fault="no_fault")
    stored(store, 2, facts=calm(), fault="no_fault", records_per_second=1_000)
    stored(store, 3, fault="no_fault")
    stored(store, 4, facts=observed())
    assert [verdict for _, verdict in passed_undisturbed(store, a_plan())] == [quiet.verdict()]
