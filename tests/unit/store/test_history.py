import os
from datetime import timedelta

import pytest
from flink_chaos.store.history import last_green
from flink_chaos.store.records import PLAN, Store
from flink_chaos.verdict.judge import judge

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
        attempt.close(judge(plan, attempt.journal()))
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


@pytest.mark.parametrize("text", ['{"outcome": "PASS"}', '{"request": 1}', "[]", "{", ""])
@pytest.mark.parametrize("name", ["verdict.json", PLAN])
def test_records_of_another_version_and_damaged_ones_are_passed_over(store, name, text):
    """There may be older ones."""
    green = stored(store, 1)
    (stored(store, 2).folder / name).write_text(text)
    assert last_green(stored(store, 4, closed=False)) == green.verdict()


def test_a_search_ends_at_the_first_hit(store, monkeypatch):
    """Among thousands of runs it reads two files."""
    for day in range(1, 6):
        stored(store, day)
    run, path, looked = stored(store, 6, closed=False), type(store.root), []
    read = path.read_text
    monkeypatch.setattr(path, "read_text", lambda self, *a, **k: looked.append(str(self)) or read(self, *a, **k))
    assert last_green(run).run_id == "manual__5"
    assert [name.rpartition("/")[2] for name in looked] == ["plan.json", "plan.json", "verdict.json"]
