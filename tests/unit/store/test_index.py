"""The index is only a cache: with it, without it, and with any other in its place the answers are the same."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import time

import pytest
from flink_chaos.store import index, listing
from flink_chaos.store.history import last_green
from flink_chaos.store.index import NAME
from flink_chaos.store.records import Store

from tests.unit.runs import stored


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """What was written just now counts as written long ago."""
    monkeypatch.setattr(index, "SETTLED_NS", 0)


@pytest.fixture
def store(tmp_path):
    """Four runs, of which one is green and one is open, known to the index."""
    store = Store((tmp_path / "store").as_uri())
    for day in (1, 2, 3, 4):
        stored(store, day, facts=None if day == 2 else [], closed=day != 4)
    assert answers(store) == answers(store)
    assert len(rows(store)) == 4
    return store


def rows(store):
    return index.load(store.root, 10)


def answers(store):
    """All that is asked of many runs."""
    with store.runs() as found:
        told = sorted((one.problem or one.summary().outcome, one.key, one.problem) for one in found)
    green = last_green(store.latest("pod_delete", "manual__4") or store.attempts()[-1])
    return told, [one.folder for one in store.attempts()], green and green.verdict.run_id


def without_index(store):
    """The same, read from the records alone."""
    path = store.root / NAME
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return answers(store)


def made_otherwise(path):
    """By code that saw other things in the same files: it would call every run green."""
    with sqlite3.connect(path) as one:
        for key, body in one.execute("SELECT key, body FROM runs").fetchall():
            one.execute("UPDATE runs SET body = ? WHERE key = ?", (body.replace(b"INCONCLUSIVE", b"PASS"), key))


def of_another_schema(path):
    path.unlink()
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE runs (key TEXT, outcome TEXT)")
        one.execute("INSERT INTO runs VALUES ('r0123456789', 'PASS')")


def full_of_nothing(path):
    with sqlite3.connect(path) as one:
        one.execute("UPDATE runs SET folder = NULL, pointer = 7, files = x'ff', body = NULL")


def a_folder(path):
    path.unlink()
    (path / "x").mkdir(parents=True)


def a_link(path):
    path.unlink()
    path.symlink_to("/etc/hostname")


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


ENDLESS = "WITH RECURSIVE c(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM c)"


def a_view(path):
    """Of rows without end, in place of the table."""
    path.unlink()
    with sqlite3.connect(path) as one:
        one.execute(f"CREATE VIEW runs AS {ENDLESS} SELECT key, '' folder, '' pointer, '' files, x'00' body, x'00' mark FROM c")


def a_trigger(path):
    """That works without end whenever a row is written."""
    with sqlite3.connect(path) as one:
        one.execute(f"CREATE TRIGGER t AFTER DELETE ON runs BEGIN SELECT * FROM ({ENDLESS} SELECT max(key) FROM c); END")
        one.execute(f"CREATE TRIGGER u BEFORE INSERT ON runs BEGIN SELECT * FROM ({ENDLESS} SELECT max(key) FROM c); END")


def huge_values(path):
    """As no run has them."""
    with sqlite3.connect(path) as one:
        one.execute("UPDATE runs SET body = zeroblob(500000000)")


SPOILT = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "rubbish": lambda path: path.write_bytes(b"rubbish" * 1000),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "journal": lambda path: path.with_name(f"{NAME}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 500),
    "otherwise": made_otherwise,
    "schema": of_another_schema,
    "nothing": full_of_nothing,
    "view": a_view,
    "trigger": a_trigger,
    "values": huge_values,
    "folder": a_folder,
    "link": a_link,
    "pipe": a_pipe,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_index_changes_no_answer(store, spoil):
    """And is made anew where that can be."""
    SPOILT[spoil](store.root / NAME)
    stored(store, 3.5)
    told = answers(store)
    assert told == answers(store) == without_index(store)


@pytest.mark.parametrize("seed", range(40))
def test_an_index_with_wrong_bytes_changes_no_answer(store, seed):
    """Wherever they are."""
    path, chance = store.root / NAME, random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 10, 500])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content)
    assert answers(store) == without_index(store)


def same_size(path, old, new):
    """Other content, and all that can be set of the file as it was."""
    before = path.stat()
    time.sleep(0.05)  # a tick of the file system's clock
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGED = {
    "another verdict": lambda store, run: (run.folder / "verdict.json").write_text('{"outcome": "FAIL"}'),
    "a verdict of the same size": lambda store, run: same_size(run.folder / "verdict.json", "PASS", "FAIL"),
    "no verdict": lambda store, run: (run.folder / "verdict.json").unlink(),
    "another test": lambda store, run: same_size(run.folder / "plan.json", '"ad_events"', '"ad_event_"'),
    "no plan": lambda store, run: (run.folder / "plan.json").unlink(),
    "removed": lambda store, run: shutil.rmtree(run.folder),
    "no pointer": lambda store, run: (store.root / "keys" / run.plan().run_key).unlink(),
    "another pointer": lambda store, run: (store.root / "keys" / run.plan().run_key).write_text("a/b/1"),
    "one more": lambda store, _: stored(store, 3.5),
    "closed": lambda store, _: shutil.copy(store.latest("pod_delete", "manual__2").folder / "verdict.json", store.latest("pod_delete", "manual__4").folder),
}


@pytest.mark.parametrize("change", CHANGED)
def test_whatever_changes_in_a_record_is_seen(store, change):
    """The next time anybody asks."""
    before = answers(store)
    CHANGED[change](store, store.latest("pod_delete", "manual__2"))
    told = answers(store)
    assert told != before
    assert told == without_index(store)


def problems(store):
    """What is told of runs that are none."""
    with store.runs() as found:
        return sorted(one.problem for one in found if one.begun() == ("", 0))


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "(no JSON: "), ("[]", "(no JSON object)"), ('{"run_key": "r0123456789"}', "(no plan of a run: KeyError"), ("", ": leads to run ")],
)
def test_a_run_that_cannot_be_read_is_not_read_again(store, monkeypatch, text, why):
    """Thousands of them make no list slow; and the words are the same, wherever the store was moved."""
    run = store.latest("pod_delete", "manual__2")
    if text:
        (run.folder / "plan.json").write_text(text)
    else:
        shutil.copy(store.root / "keys" / run.plan().run_key, store.root / "keys" / "r0123456789")
    told = problems(store)
    assert why in "".join(told)
    monkeypatch.setattr(listing, "summary_of", None)
    assert problems(store) == told
    moved = Store(str(store.root.rename(store.root.parent / "moved")))
    assert problems(moved) == [one.replace("/store/", "/moved/") for one in told]


def test_what_is_too_long_for_the_index_is_read_each_time(store):
    """It hides no other row."""
    run = store.latest("pod_delete", "manual__2")
    (run.folder / "verdict.json").write_text('{"outcome": "' + "x" * 1_000_000 + '"}')
    told = answers(store)
    assert (len(rows(store)), answers(store)) == (4, told)


def test_what_was_written_just_now_is_not_remembered(tmp_path, monkeypatch):
    """It may be written again within the same tick of the clock."""
    monkeypatch.setattr(index, "SETTLED_NS", 60_000_000_000)
    store = Store(str(tmp_path))
    stored(store, 1)
    assert len(store.attempts()) == 1
    assert not (store.root / NAME).exists()


def test_runs_that_are_gone_are_forgotten(store):
    """The file does not grow for ever."""
    (store.root / "keys" / store.attempts()[0].plan().run_key).unlink()
    assert len(store.attempts()) == 3
    assert len(rows(store)) == 3


@pytest.mark.parametrize("error", ["attempt to write a readonly database", "database is locked", "unable to open database file", "disk I/O error"])
def test_an_index_that_cannot_be_written_changes_no_answer(store, monkeypatch, error):
    """Such as in a store that can only be read."""

    def refuse(*_):
        raise sqlite3.OperationalError(error)

    monkeypatch.setattr(index, "_write", refuse)
    stored(store, 3.5)
    assert answers(store) == without_index(store)


def test_an_index_that_another_holds_changes_no_answer(store, monkeypatch):
    """Nobody waits for it for long."""
    monkeypatch.setattr(index, "PATIENCE_SECONDS", 0.01)
    with sqlite3.connect(store.root / NAME, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = answers(store)
        other.execute("ROLLBACK")
    assert told == answers(store)
    assert len(rows(store)) == 4


def test_an_index_of_another_user_is_left_alone(store, monkeypatch):
    """Who may not read it does without."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    (store.root / NAME).write_bytes(b"not for this user")
    told = answers(store)
    assert (store.root / NAME).read_bytes() == b"not for this user"
    assert told == without_index(store)


def looking(root, number):
    """One process that lists and stores at once with others; its exit code tells."""
    store = Store(root)
    for day in range(5):
        stored(store, 10 + number + day / 10, facts=[])
        (store.root / NAME).unlink(missing_ok=True) if day == 2 else None
        answers(store)


def test_processes_may_use_it_at_once(store):
    """And delete it meanwhile."""
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=looking, args=(store.root.as_uri(), number)) for number in range(4)]
    for one in processes:
        one.start()
    for one in processes:
        one.join(120)
    assert [one.exitcode for one in processes] == [0] * 4
    assert len(store.attempts()) == 24
    assert answers(store) == without_index(store)


def test_it_is_nobodys_run_and_nobody_elses_to_read(store):
    """Older versions list what lies in the store."""
    assert NAME.startswith(".")
    assert (store.root / NAME).stat().st_mode & 0o007 == 0


def test_an_object_store_has_none():
    """Nobody could lock it there."""
    store = Store("memory://without-index")
    stored(store, 1)
    assert len(store.attempts()) == 1
    assert not (store.root / NAME).exists()
