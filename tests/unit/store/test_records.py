from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Evidence, StepFailed, Table
from flink_chaos.store import records
from flink_chaos.store.files import remove, write_new
from flink_chaos.store.logs import append_log, logs
from flink_chaos.store.names import FOLDER, folders_of
from flink_chaos.store.records import ExistsError, Store, StoreError
from flink_chaos.store.samples import append_part, observation
from flink_chaos.verdict.judge import judge
from upath import UPath

from tests.unit.fake_clock import FakeClock
from tests.unit.observed import sample
from tests.unit.plans import AT, a_plan, good_facts


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path))


@pytest.fixture(params=["file", "memory"])
def any_store(tmp_path, request):
    """On a disk, and in an object store as far as Python can tell."""
    return Store(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


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


@pytest.mark.parametrize("key", ["r0123456789", "../../etc/passwd", "", "x" * 100_000, "r\nx", "r\ud800", "http://[::1"])
def test_an_unknown_run_is_said_so(any_store, key):
    """In a short line, and no path leads out of the store."""
    with pytest.raises(StoreError, match="no run") as told:
        any_store.attempt(key)
    assert (len(str(told.value)) < 300, "\n" in str(told.value)) == (True, False)


def test_a_pointer_to_another_run_is_not_followed(any_store):
    """Who stops or removes a run must not meet another one."""
    key = any_store.open(a_plan()).plan().run_key
    (any_store.root / "keys" / "r0123456789").write_text((any_store.root / "keys" / key).read_text())
    with pytest.raises(StoreError, match=rf"keys/r0123456789: leads to run {key}; it may go$"):
        any_store.attempt("r0123456789")
    assert any_store.attempt(key).plan().run_key == key


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"run_key": 1e999}', '{"run_key": null}'])
def test_a_run_whose_plan_is_damaged_is_found_by_its_pointer(any_store, text):
    """It can still be stopped."""
    attempt = any_store.open(a_plan())
    (attempt.folder / "plan.json").write_text(text)
    assert any_store.attempt(a_plan().run_key).folder == attempt.folder


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


ODD = "\u2028 \u2029 \x85 \x0b \x0c \x1c \x1d \x1e \r \r\n \0 \x1b[0m \u202e \ufeff \ufffe \ud800 \udfff x"


def test_any_text_in_a_fact_can_be_judged(any_store):
    """Half a character is spelt out, all else comes back as it was."""
    attempt = any_store.open(a_plan())
    attempt.append(StepFailed(at=AT, step="s", message=ODD))
    told = attempt.journal().last(StepFailed).message
    assert told == ODD.replace("\ud800", r"\ud800").replace("\udfff", r"\udfff")
    attempt.close(judge(attempt.plan(), attempt.journal()))
    assert told in " ".join(attempt.verdict().reasons)


def test_any_text_in_the_keys_of_a_fact_can_be_judged(store):
    """Half a character is lost there."""
    attempt, whole = store.open(a_plan()), ODD.split("\ud800", maxsplit=1)[0]
    attempt.append(Evidence(at=AT, felt=True, message="", details={whole: "", ODD: ODD}))
    assert [name[: len(whole)] for name in attempt.journal().last(Evidence).details] == [whole] * 2


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_a_word_where_anything_may_stand(store, number):
    """A query may tell it in a cell of a table, JSON has no word for it, and null is another answer."""
    attempt = store.open(a_plan())
    attempt.append(Table(at=AT, name="t", columns=["c"], rows=[[number]]))
    ((cell,),) = attempt.journal().last(Table).rows
    assert repr(float(cell)) == repr(number)


def test_facts_stay_in_order_when_the_clock_is_set_back(any_store):
    """The last of a kind counts: it must be the one that was written last."""
    attempt, hour = any_store.open(a_plan()), FakeClock(AT)
    with using(hour):
        for number in range(3):
            attempt.append(StepFailed(at=AT, step=f"{number}", message=""))
            hour.at -= timedelta(hours=1)
    assert [fact.step for fact in attempt.journal().facts] == ["0", "1", "2"]


def test_facts_of_the_same_moment_do_not_meet(any_store):
    """Many threads of the triggerer write."""
    attempt, many = any_store.open(a_plan()), 20
    with using(FakeClock(AT)), ThreadPoolExecutor(many) as pool:
        for number in range(many):
            pool.submit(attempt.append, StepFailed(at=AT, step=f"{number}", message="")).add_done_callback(Future.result)
    assert {fact.step for fact in attempt.journal().facts} == {f"{number}" for number in range(many)}


STRAY = [".DS_Store", ".x.part", "notes.txt", "2 (copy)", "steady.json", "99999999T999999.999999-1-steady.json~", "x" * 200]


@pytest.mark.parametrize("folder", ["journal", "samples", "logs", "logs/chaos", "logs/chaos/p", "proof", ""])
def test_a_stray_file_or_folder_in_an_attempt_is_passed_over(any_store, folder):
    """A run is what its own records are."""
    attempt = any_store.open(a_plan())
    attempt.append(StepFailed(at=AT, step="s", message=""))
    append_part(attempt, [sample(Copy.CHAOS, 1)])
    append_log(attempt, Copy.CHAOS, "p", "2026-01-01T00:00:00Z x\n", 1)
    (attempt.folder / folder).mkdir(parents=True, exist_ok=True)
    for name in STRAY:
        (attempt.folder / folder / name).write_text("{")
        (attempt.folder / folder / f"{name}.d" / "x").parent.mkdir(parents=True)
        (attempt.folder / folder / f"{name}.d" / "x").write_text("{")
    assert len(attempt.journal().facts) == len(observation(attempt).seen) == len(logs(attempt).jobmanager) == 1
    assert attempt.has("step_failed")
    assert not attempt.has("steady")


@pytest.mark.parametrize("folder", ["samples", "logs", "logs/chaos", "proof", "report.html"])
def test_a_file_in_place_of_a_folder_hides_nothing_else(any_store, folder):
    """It is as if nobody had observed."""
    attempt = any_store.open(a_plan())
    attempt.append(StepFailed(at=AT, step="s", message=""))
    (attempt.folder / folder).parent.mkdir(parents=True, exist_ok=True)
    (attempt.folder / folder).write_text("{")
    assert (observation(attempt).seen, logs(attempt).kept, len(attempt.journal().facts)) == ([], [], 1)


def test_the_next_attempt_comes_after_all_that_stand(any_store):
    """Whichever were removed, and whatever else lies there."""
    for number in (1, 2, 12):
        any_store.open(a_plan(attempt=number))
    run = any_store.attempt(a_plan().run_key).folder.parent
    for name in [*STRAY, "0", "-1", "013", "\u0663", "9" * 30]:
        (run / name).write_text("{")
    remove(any_store.attempt(a_plan().run_key).folder / "plan.json")
    assert any_store.next_attempt("pod_delete", "manual__1") == 13
    assert any_store.latest("pod_delete", "manual__1").plan().attempt == 12
    any_store.open(a_plan(attempt=13))


def test_of_two_that_begin_the_same_attempt_one_does(any_store):
    """The other is told so."""
    any_store.open(a_plan())
    with pytest.raises(ExistsError, match="exists already"):
        any_store.open(a_plan())


def test_runs_whose_folders_were_one_before_are_told_apart(store, monkeypatch):
    """24 bits of a hash named them."""
    own, other = a_plan(), a_plan(run_id="manual__2")
    with monkeypatch.context() as before:
        before.setattr(records, "folders_of", lambda name: ("name-012345",) * 2)
        store.open(own)
        assert store.latest(own.dag_id, own.run_id).plan() == own
        assert store.latest(other.dag_id, other.run_id) is None
        assert store.next_attempt(other.dag_id, other.run_id) == 2


@pytest.mark.parametrize("names", [("run", "Run"), ("a:b", "a/b"), ("x" * 300, "x" * 301), ("\ud800", "\udfff"), ("..", "."), ("", " ")])
def test_two_names_have_two_folders(names):
    """On file systems too that tell no capital from a small letter, and that take 143 characters at most."""
    (one, _), (other, _) = (folders_of(name) for name in names)
    assert one.lower() != other.lower()
    assert len(one) <= 143
    assert FOLDER.fullmatch(f"{one}/{other}/1")


def test_runs_of_versions_before_go_on(tmp_path):
    """They are found, their attempts are counted, and the next one comes after them."""
    old, new = a_plan(), a_plan(attempt=2)
    folder = f"{folders_of(old.dag_id)[1]}/{folders_of(old.run_id)[1]}/1"
    write_new(UPath(tmp_path) / folder / "plan.json", old.model_dump_json(by_alias=True))
    write_new(UPath(tmp_path) / folder / "journal" / "20260101T000000.000000-77.140001-step_failed.json", good_facts()[0].model_dump_json(by_alias=True))
    write_new(UPath(tmp_path) / "keys" / old.run_key, folder)
    store = Store(str(tmp_path))
    assert (store.next_attempt(old.dag_id, old.run_id), store.latest(old.dag_id, old.run_id).plan()) == (2, old)
    assert store.attempt(old.run_key).has("step_failed")
    store.open(new)
    assert (store.latest(old.dag_id, old.run_id).plan(), len(store.attempts())) == (new, 2)


@pytest.mark.parametrize("text", ["", " \n", "rubbish", "../../etc/passwd", "/etc", "a/../1", "a/b/../../..", "a/b/1/../../../..", "keys", "a/b/c", "\0", "a/b/1\nx", "s3://b/a/1"])
def test_a_pointer_that_leads_to_no_run_is_told(any_store, text):
    """And never followed out of the store."""
    (any_store.root / "keys").mkdir(parents=True)
    (any_store.root / "keys" / "r0123456789").write_text(text)
    with pytest.raises(StoreError, match=r"keys/r0123456789: leads to no run of this store .*; it may go"):
        any_store.attempt("r0123456789")
