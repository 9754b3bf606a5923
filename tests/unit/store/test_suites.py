import json
import math
import os
import shutil

import pytest
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.suites import Suites
from flink_chaos.verdict.suite import judge_suite

from tests.unit.suites import a_catalogue, ended, planned


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def test_a_suite_comes_back_as_it_was_stored(store, tmp_path):
    """Beside the runs, which do not see it."""
    plan = planned(store, a_catalogue(tmp_path))
    assert (Suites(store).record(plan.suite_key).plan(), store.attempts()) == (plan, [])


def test_a_suite_has_one_verdict(store, tmp_path):
    """A record is never overwritten."""
    plan = planned(store, a_catalogue(tmp_path))
    record = Suites(store).record(plan.suite_key)
    record.close(judge_suite(plan, {}))
    with pytest.raises(StoreError, match="exists already"):
        record.close(judge_suite(plan, {}))


def test_attempts_are_counted_by_run(store, tmp_path):
    """A cleared suite begins another one; another run of the suite its own."""
    catalogue = a_catalogue(tmp_path)
    plans = [planned(store, catalogue, run_id) for run_id in ("manual__1", "manual__1", "manual__2")]
    assert [plan.attempt for plan in plans] == [1, 2, 1]
    assert [record.plan() for record in Suites(store).all()] == plans


@pytest.mark.parametrize("key", ["s0123456789", "r0123456789", "../keys", "", "s" * 100_000, "s\nx"])
def test_an_unknown_suite_is_said_so(store, key):
    """In a short line, and no path leads out of the store."""
    with pytest.raises(StoreError, match="no suite") as told:
        Suites(store).record(key)
    assert (len(str(told.value)) < 300, "\n" in str(told.value)) == (True, False)


def test_records_of_another_suite_are_not_gone_by(store, tmp_path):
    """Who ends a suite must not meet the runs of another one."""
    key = planned(store, a_catalogue(tmp_path)).suite_key
    shutil.copytree(store.root / "suites" / key, store.root / "suites" / "s0123456789")
    (copied,) = [record for record in Suites(store).all() if record.folder.name == "s0123456789"]
    for ask in (lambda: Suites(store).record("s0123456789"), copied.plan):
        with pytest.raises(StoreError, match=rf"suites/s0123456789: holds suite {key}; it may go$"):
            ask()


@pytest.mark.parametrize("plan", [{"attempt": math.inf}, {"attempt": math.nan}, {"attempt": 10**400}, {"created_at": 1}, {"created_at": [[]]}])
def test_a_number_that_cannot_be_counts_for_none(store, tmp_path, plan):
    """One suite hides no other."""
    planned(store, a_catalogue(tmp_path))
    path = store.root / "suites" / "sx" / "plan.json"
    path.parent.mkdir()
    path.write_text(json.dumps(plan))
    assert [record.folder.name == "sx" for record in Suites(store).all()] == [True, False]


@pytest.mark.timeout(10)
def test_a_plan_without_an_end_hides_no_other(store, tmp_path):
    """Nobody waits for it."""
    plan = planned(store, a_catalogue(tmp_path))
    (store.root / "suites" / "s0123456789").mkdir()
    os.mkfifo(store.root / "suites" / "s0123456789" / "plan.json")
    odd, own = Suites(store).all()
    assert own.plan() == plan
    with pytest.raises(StoreError, match="no regular file"):
        odd.plan()


def test_the_newest_attempt_of_a_run_is_found(store, tmp_path):
    """The tenth comes after the ninth; a run that never began has none."""
    run = planned(store, a_catalogue(tmp_path)).runs[0]
    assert store.latest(run.fault, run.run_id) is None
    for _ in range(10):
        ended(store, run)
    assert store.latest(run.fault, run.run_id).plan().attempt == 10


def test_one_bad_suite_hides_no_other(store, tmp_path):
    """A stray file, a plan that is none, a folder that was emptied."""
    plan = planned(store, a_catalogue(tmp_path))
    for name, text in (("notes.txt", None), ("s0000000001", "{"), ("s0000000002", "[]"), ("s0000000003", '{"attempt": "x"}')):
        path = store.root / "suites" / name if text is None else store.root / "suites" / name / "plan.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or "")
    (store.root / "suites" / "s0000000004").mkdir()
    (store.root / "suites" / ".DS_Store").write_text("")
    records = Suites(store).all()
    assert (len(records), records[-1].plan()) == (6, plan)
    for record in records[:-1]:
        with pytest.raises(StoreError, match=record.folder.name):
            record.plan()


def test_attempts_of_a_suite_are_counted_after_those_that_stand(store, tmp_path):
    """Whichever were removed."""
    catalogue = a_catalogue(tmp_path)
    plans = [planned(store, catalogue) for _ in range(3)]
    for plan in plans[:2]:
        (store.root / "suites" / plan.suite_key / "plan.json").unlink()
    assert planned(store, catalogue).attempt == 4
    assert [record.plan().attempt for record in Suites(store).attempts_of("regression__small", "manual__1")] == [3, 4]


@pytest.mark.parametrize("text", ["{", "[]", '{"channel": "C"}'])
def test_a_damaged_word_of_where_a_suite_was_told_is_one_line(store, tmp_path, text):
    """And no Python error."""
    record = Suites(store).record(planned(store, a_catalogue(tmp_path)).suite_key)
    (record.folder / "posted.json").write_text(text)
    with pytest.raises(StoreError, match=r"posted.json: cannot be read"):
        record.posted()
