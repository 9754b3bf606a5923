"""All runs of a store: what is broken is told and hides no other."""

import json
import os
import shutil

import pytest
from flink_chaos.store.history import last_green
from flink_chaos.store.listing import FoundRun
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.suites import Suites

from tests.unit.plans import a_plan
from tests.unit.runs import stored


@pytest.fixture(params=["file", "memory"])
def store(tmp_path, request):
    """On a disk, and in an object store as far as Python can tell."""
    return Store(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def put(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def gone(folder):
    """Somebody took it away."""
    folder.fs.rm(folder.path, recursive=True)


def swapped(path):
    """A folder in place of a file."""
    path.unlink()
    put(path / "x", "{")


def to_a_file(folder):
    """A file in place of a folder."""
    gone(folder)
    put(folder, "{")


def changed(run, name, **fields):
    """Other values in a record, as its text holds them."""
    path = run.folder / f"{name}.json"
    put(path, json.dumps({**json.loads(path.read_text()), **fields}))


def odd(make):
    """Something of this machine that is no file, in a record's place."""

    def damage(path):
        path.unlink(missing_ok=True)
        make(path)

    return damage


def huge(path):
    """As large as no record is."""
    path.touch()
    os.truncate(path, 3_000_000_000)


ODD = {"pipe": odd(os.mkfifo), "zeros": odd(lambda path: path.symlink_to("/dev/zero")), "huge": odd(huge)}
PLACES = {
    "pointer": lambda store, run: store.root / "keys" / run.plan().run_key,
    "stray pointer": lambda store, run: store.root / "keys" / "r0123456789",
    "plan": lambda store, run: run.folder / "plan.json",
    "verdict": lambda store, run: run.folder / "verdict.json",
    "fact": lambda store, run: run.folder / "journal" / "20990101T000000.000000-1.1-steady.json",
}
DAMAGE = {
    "part of ours": lambda store, run: put(store.root / "keys" / ".rX.part"),
    "desktop": lambda store, run: put(store.root / "keys" / ".DS_Store", "\0"),
    "stray name": lambda store, run: put(store.root / "keys" / "notes.txt", "x"),
    "stray folder": lambda store, run: put(store.root / "keys" / "r0000000000" / "x", "x"),
    "copy": lambda store, run: put(store.root / "keys" / "r0123456789", (store.root / "keys" / run.plan().run_key).read_text()),
    "removed run": lambda store, run: gone(run.folder.parent),
    "empty pointer": lambda store, run: put(store.root / "keys" / run.plan().run_key),
    "rubbish pointer": lambda store, run: put(store.root / "keys" / run.plan().run_key, "\x1b[2J\0 {"),
    "pointer out": lambda store, run: put(store.root / "keys" / run.plan().run_key, "../../../etc"),
    "pointer to /": lambda store, run: put(store.root / "keys" / run.plan().run_key, "/etc/1"),
    "pointer to nothing": lambda store, run: put(store.root / "keys" / run.plan().run_key, "a/b/1"),
    "plan no json": lambda store, run: put(run.folder / "plan.json", "{"),
    "plan empty": lambda store, run: put(run.folder / "plan.json"),
    "plan list": lambda store, run: put(run.folder / "plan.json", "[1]"),
    "plan nested": lambda store, run: put(run.folder / "plan.json", "[" * 100_000),
    "plan deep": lambda store, run: put(run.folder / "plan.json", '{"a":' * 3_000 + "1" + "}" * 3_000),
    "plan of numbers": lambda store, run: put(run.folder / "plan.json", '{"run_key": 1, "pipeline": [], "request": 1}'),
    "plan of another": lambda store, run: put(run.folder / "plan.json", run.folder.joinpath("plan.json").read_text().replace(run.plan().run_key, "r9999999999")),
    "plan is a folder": lambda store, run: swapped(run.folder / "plan.json"),
    "verdict no json": lambda store, run: put(run.folder / "verdict.json", "{"),
    "verdict list": lambda store, run: put(run.folder / "verdict.json", "[]"),
    "verdict of numbers": lambda store, run: put(run.folder / "verdict.json", '{"outcome": 7, "recovery": 1}'),
    "verdict half": lambda store, run: put(run.folder / "verdict.json", '{"outcome": "PASS", "recovery": {"x": 1}}'),
    "verdict is a folder": lambda store, run: swapped(run.folder / "verdict.json"),
    "journal is a file": lambda store, run: to_a_file(run.folder / "journal"),
    "fact no json": lambda store, run: put(run.folder / "journal" / "20990101T000000.000000-1.1-steady.json", "{"),
    "attempt is a file": lambda store, run: to_a_file(run.folder),
    "run is a file": lambda store, run: to_a_file(run.folder.parent),
    "strays beside": lambda store, run: [put(run.folder.parent / name, "{") for name in (".DS_Store", "2.bak", "\u0663")],
    "strays in dag": lambda store, run: [put(run.folder.parent.parent / name, "{") for name in (".DS_Store", "x")],
    "half a run id": lambda store, run: changed(run, "plan", run_id="\ud800"),
    "half a date": lambda store, run: changed(run, "plan", created_at="\ud800"),
    "half a pipeline": lambda store, run: changed(run, "plan", pipeline={"name": "\ud800"}),
    "half an environment": lambda store, run: changed(run, "plan", request={"environment": "\ud800"}),
    "half an outcome": lambda store, run: changed(run, "verdict", outcome="\ud800"),
    "endless attempt": lambda store, run: changed(run, "plan", attempt=10**30),
    "infinite attempt": lambda store, run: changed(run, "plan", attempt=float("inf")),
    "strays in root": lambda store, run: [put(store.root / name, "{") for name in (".DS_Store", "x", "selftest", "suites")],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_one_bad_entry_hides_no_other(store, damage):
    """Not from the list, not from the last green, and it takes nobody's number."""
    green, bad, run = stored(store, 1), stored(store, 2), stored(store, 3, closed=False)
    fine = {green.plan().run_key, run.plan().run_key}
    DAMAGE[damage](store, bad)
    with store.runs() as found:
        told = {one.key: one.problem or (one.begun() and (one.problem or one.summary().outcome)) for one in found}
    assert told[green.plan().run_key] == "PASS"
    assert told[run.plan().run_key] == ""
    assert fine <= {attempt.folder.joinpath("plan.json").exists() and attempt.plan().run_key for attempt in store.attempts() if attempt.folder in (green.folder, run.folder)}
    assert last_green(run).verdict.run_id in ("manual__1", "manual__2")
    assert store.next_attempt("pod_delete", "manual__1") == 2


@pytest.mark.timeout(30)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("make", ODD)
def test_what_has_no_end_hides_no_other(tmp_path, place, make):
    """Nobody waits for it, and it fills no memory."""
    store = Store(str(tmp_path / "store"))
    green, bad, run = stored(store, 1), stored(store, 2), stored(store, 3, closed=False)
    ODD[make](PLACES[place](store, bad))
    with store.runs() as found:
        found.sort(key=FoundRun.begun)
        told = {one.folder: one.problem for one in found}
    assert (told[str(green.folder.relative_to(store.root))], told[str(run.folder.relative_to(store.root))]) == ("", "")
    assert last_green(run).verdict.run_id in ("manual__1", "manual__2")
    assert any("no regular file; move it away" in why or "larger than" in why for why in told.values()) == (place in ("pointer", "stray pointer", "plan"))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("stray name", "notes.txt: no run has such a name; it may go"),
        ("copy", "keys/r0123456789: leads to run "),
        ("removed run", " was removed: "),
        ("empty pointer", "leads to no run of this store (''); it may go"),
        ("rubbish pointer", r"leads to no run of this store ('\x1b[2J\x00 {'); it may go"),
        ("pointer out", "leads to no run of this store ('../../../etc'); it may go"),
        ("plan no json", "plan.json: cannot be read by this version (no JSON: "),
        ("plan is a folder", "plan.json: cannot be read: "),
        ("plan of numbers", "plan.json: cannot be read by this version (no plan of a run: "),
        ("attempt is a file", " was removed: "),
        ("endless attempt", "plan.json: cannot be read by this version (no plan of a run: TypeError for attempt"),
    ],
)
def test_a_bad_entry_is_told_as_such(store, damage, why):
    """In one line."""
    DAMAGE[damage](store, stored(store, 1))
    with store.runs() as found:
        for one in found:
            one.begun()
        (problem,) = [one.problem for one in found if one.problem]
    assert why in problem
    assert "\n" not in problem


def test_desktops_and_writers_leave_nothing_that_is_told(store):
    """Names that begin with a dot are nobody's."""
    stored(store, 1)
    for damage in ("part of ours", "desktop"):
        DAMAGE[damage](store, None)
    with store.runs() as found:
        assert len(found) == 1


def test_a_file_in_place_of_all_pointers_is_told(store):
    """It would look like an empty store."""
    put(store.root / "keys", "x")
    with pytest.raises(Exception, match="keys is a file, and should be the folder"):
        store.attempts()


@pytest.mark.parametrize("half", ["half a run id", "half a pipeline", "half an environment"])
def test_half_a_character_is_told_by_its_escape(store, half):
    """It stands in JSON from elsewhere, and UTF-8 cannot hold it."""
    DAMAGE[half](store, stored(store, 1))
    with store.runs() as (one,):
        told = one.summary()
    assert r"\ud800" in (told.run_id, told.pipeline, told.environment)


@pytest.mark.parametrize("address", ["{}", "/dev/null", "/dev/full"])
@pytest.mark.parametrize("asked", [Store.attempts, lambda store: Suites(store).all()], ids=["runs", "suites"])
def test_a_file_in_place_of_the_store_is_told(tmp_path, address, asked):
    """It would look like an empty one."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"is a file, and should be the folder .*: move it away, or correct FLINK"):
        asked(Store(address.format(tmp_path / "file")))


def test_a_store_that_is_copied_is_the_same(store, tmp_path):
    """Nothing in it knows where it is."""
    if "memory" in str(store.root):
        pytest.skip("copied on a disk")
    run = stored(store, 1)
    shutil.copytree(store.root.path, tmp_path / "copy")
    assert Store(str(tmp_path / "copy")).attempt(run.plan().run_key).plan() == run.plan()
    assert len(Store(str(tmp_path / "copy")).attempts()) == 1


def test_runs_are_listed_by_when_they_began(store):
    """Whenever they were stored; attempts of the same moment by their number."""
    for day in (3, 1, 2):
        stored(store, day)
    for number in (11, 2):
        store.open(a_plan(attempt=number))
    assert [(one.plan().run_id, one.plan().attempt) for one in store.attempts()] == [
        ("manual__1", 2),
        ("manual__1", 11),
        ("manual__1", 1),
        ("manual__2", 1),
        ("manual__3", 1),
    ]
