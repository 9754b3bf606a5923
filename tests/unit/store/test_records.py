import pytest
from flink_chaos.store.records import Store, StoreError
from flink_chaos.verdict.judge import judge

from tests.unit.plans import a_plan, good_facts


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path))


def test_a_plan_comes_back_as_it_was_stored(store):
    """The plan is the only thing that later tasks read."""
    plan = a_plan()
    store.open(plan)
    assert store.attempt(plan.run_key).plan() == plan


def test_facts_come_back_in_order(store):
    """A journal is what it was."""
    attempt = store.open(a_plan())
    for fact in good_facts():
        attempt.append(fact)
    assert attempt.journal().facts == good_facts()


def test_an_attempt_has_one_verdict(store):
    """A record is never overwritten."""
    plan = a_plan()
    attempt = store.open(plan)
    attempt.close(judge(plan, attempt.journal()))
    with pytest.raises(StoreError, match="exists already"):
        attempt.close(judge(plan, attempt.journal()))


def test_a_second_attempt_does_not_touch_the_first(store):
    """Clearing a run begins a new attempt."""
    store.open(a_plan())
    number = store.next_attempt("pod_delete", "manual__1")
    store.open(a_plan(attempt=number))
    assert (number, [a.plan().attempt for a in store.attempts()]) == (2, [1, 2])


@pytest.mark.parametrize("key", ["r0123456789", "../../etc/passwd", ""])
def test_an_unknown_run_is_said_so(store, key):
    """And no path leads out of the store."""
    with pytest.raises(StoreError, match="no run"):
        store.attempt(key)


def test_a_record_of_another_version_is_told_and_does_not_hide_the_others(store):
    """What it says of itself is in another form; when it began can still be read."""
    old = store.open(a_plan())
    store.open(a_plan(run_id="manual__2"))
    changed = old.folder / "plan.json"
    changed.write_text(changed.read_text().replace('"fault_values"', '"values"'))
    with pytest.raises(StoreError, match=r"plan.json: cannot be read by this version \(fault_values: Field required\)"):
        old.plan()
    assert len(store.attempts()) == 2


def test_a_run_that_somebody_removed_hides_no_other(store):
    """It is told as what it is."""
    gone, kept = store.open(a_plan()), store.open(a_plan(run_id="manual__2"))
    (gone.folder / "plan.json").unlink()
    assert [one.folder for one in store.attempts()] == [kept.folder]
    with pytest.raises(StoreError, match=r"was removed: .* is gone"):
        store.attempt(a_plan().run_key)


def test_what_another_process_writes_is_seen_at_once():
    """Clients of object stores remember what a folder held."""
    assert Store("memory://runs").root.fs.dircache.use_listings_cache is False
