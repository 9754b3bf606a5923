"""flink-chaos runs: a line for each, what is asked for alone, and what is broken as such."""

import pytest
from flink_chaos.cli.main import main
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.store.records import Store

from tests.unit.runs import stored


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Two runs that passed, one that did not, and one that is open."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    store = Store()
    stored(store, 1)
    stored(store, 2, facts=[])
    stored(store, 3, fault="no_fault")
    stored(store, 4, closed=False)
    return store


def told(capsys, *words):
    """Run ids and outcomes that it prints."""
    assert main(["runs", *words]) == 0
    return [(line.split()[-2], line.split()[1]) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ((), "1234"),
        (("--dag", "no_fault"), "3"),
        (("--dag", "none"), ""),
        (("--outcome", "PASS"), "13"),
        (("--outcome", "inconclusive"), "2"),
        (("--outcome", "open"), "4"),
        (("--last", "2"), "34"),
        (("--last", "99"), "1234"),
        (("--outcome", "PASS", "--last", "1"), "3"),
        (("--dag", "pod_delete", "--outcome", "PASS"), "1"),
    ],
)
def test_runs_that_are_asked_for_are_listed(store, capsys, words, runs):
    """The oldest first."""
    assert [run_id for run_id, _ in told(capsys, *words)] == [f"manual__{day}" for day in runs]


def test_each_line_tells_how_the_run_ended(store, capsys):
    """Or that it did not."""
    assert [outcome for _, outcome in told(capsys)] == ["PASS", "INCONCLUSIVE", "PASS", "no"]


@pytest.mark.parametrize("words", [["--last", "0"], ["--last", "-1"], ["--last", "x"], ["--outcome", "GREEN"]])
def test_what_cannot_be_asked_is_a_set_up_error(store, capsys, words):
    """In one line."""
    assert main(["runs", *words]) == SETUP_ERROR


def test_what_is_broken_is_told_and_hides_no_other(store, capsys):
    """Before the runs; beside an option only that there is some, and where."""
    (store.root / "keys" / "r0123456789").write_text("")
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[0].startswith("unreadable   "), "it may go" in lines[0]) == (5, True, True)
    assert main(["runs", "--last", "9"]) == 0
    out, err = capsys.readouterr()
    assert (len(out.splitlines()), err) == (4, "flink-chaos: 1 more cannot be read: `flink-chaos runs` says why\n")


@pytest.mark.parametrize("address", ["foo://x", "s3://bucket/runs", "http://127.0.0.1:1/x"])
@pytest.mark.parametrize("words", [["runs"], ["suites"], ["show", "r0123456789"], ["run", "pod_delete", "-p", "dry_run=true"]])
def test_a_store_that_cannot_be_used_is_one_line(monkeypatch, capsys, address, words):
    """Whatever is asked of it."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", address)
    assert main(words) == SETUP_ERROR
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("flink-chaos: ")


ASKED = [["runs"], ["runs", "--last", "3"], ["suites"], ["show", "r0123456789"], ["stop", "r0123456789"]]


@pytest.mark.parametrize("words", [*ASKED, ["run", "pod_delete", "-p", "dry_run=true"]])
@pytest.mark.parametrize("place", ["file", "/dev/null"])
def test_a_file_in_place_of_the_store_is_one_line(monkeypatch, capsys, tmp_path, place, words):
    """It is moved away by whoever put it there."""
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("FLINK_CHAOS_STORE", str(tmp_path / place))
    code = main(words)
    error = capsys.readouterr().err
    assert (code, error.count("\n"), error[:13], "Traceback" in error) == (SETUP_ERROR, 1, "flink-chaos: ", False)


@pytest.mark.parametrize("words", ASKED)
def test_a_store_below_a_folder_that_was_removed_is_one_line(monkeypatch, capsys, tmp_path, words):
    """The shell still stands in it."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setenv("FLINK_CHAOS_STORE", "rel")
    assert main(words) == SETUP_ERROR
    assert capsys.readouterr().err.startswith("flink-chaos: rel: cannot be opened: No such file or directory; ")


@pytest.mark.parametrize("words", [["show"], ["judge"], ["bounds"], ["prove"], ["report"], ["stop"], ["selftest"], ["undo"]])
@pytest.mark.parametrize("key", ["x" * 100_000, "r\nx", "s" + "0" * 100_000])
def test_a_key_that_is_none_is_told_in_a_short_line(store, capsys, words, key):
    """Whatever somebody pasted there."""
    assert main([*words, key]) == SETUP_ERROR
    error = capsys.readouterr().err
    assert (error.count("\n"), len(error) < 400) == (1, True)


@pytest.mark.parametrize("words", [["show"], ["judge"], ["bounds"], ["report"], ["stop"]])
def test_a_pointer_to_another_run_leads_to_none(store, capsys, words):
    """Which would be stopped in its place."""
    (run,) = [one for one in store.attempts() if not one.closed]
    pointer = store.root / "keys" / run.plan().run_key
    (store.root / "keys" / "r0123456789").write_text(pointer.read_text())
    assert main([*words, "r0123456789"]) == SETUP_ERROR
    assert f"leads to run {run.plan().run_key}; it may go" in capsys.readouterr().err
    assert not run.has("stop_requested")
