import os
import subprocess
import sys

import pytest
from flink_chaos.cli.main import main
from flink_chaos.model.facts import Notified, Undone
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.steps.judging import close
from flink_chaos.store.records import Store

from tests.unit.plans import AT, a_plan, good_facts
from tests.unit.runs import stored


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An own, empty store, and no cluster."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    return Store(tmp_path.as_uri())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "nonsense"], "no such fault 'nonsense'. There are: "),
        (["run", "pod_delete", "-p", "data_count=5"], "data_count: "),
        (["run", "pod_delete", "-p", "amount=0"], "amount: 0 is no string"),
        (["run", "pod_delete", "-p", "data_count_to_load=1000"], "Load at least"),
        (["run", "pod_delete", "-p", "pipeline=nonsense"], "no such pipeline 'nonsense'"),
        (["run", "pod_delete", "-p", "component"], "write NAME=VALUE"),
        (["run", "pod_delete", "-p", "offsets=shift-by:x"], "offsets 'shift-by:x'"),
        (["run", "pod_delete"], "there is no such file. Name one in the connection, or set KUBECONFIG"),
        (["show", "r0123456789"], "no run 'r0123456789'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_set_up_error(store, capsys, words, told):
    """What, where, why, what to do; no traceback."""
    assert main(words) == SETUP_ERROR
    error = capsys.readouterr().err
    assert (told in error, "Traceback" in error) == (True, False)


def test_a_run_that_cannot_connect_does_not_look_unfinished(store, capsys):
    """Its record ends ABORTED."""
    main(["run", "pod_delete"])
    (attempt,) = store.attempts()
    assert attempt.verdict().outcome == "ABORTED"


def swapped(path):
    path.unlink()
    path.mkdir()


def piped(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("spoil", [swapped, piped, lambda path: path.write_text("{")])
def test_a_verdict_that_cannot_be_read_hinders_no_new_one(store, capsys, spoil):
    """It is told that they could not be compared."""
    attempt = stored(store, 1)
    spoil(attempt.folder / "verdict.json")
    assert main(["judge", attempt.plan().run_key]) == 0
    out = capsys.readouterr().out
    assert (out.startswith("PASS "), "the stored verdict " in out.splitlines()[-1]) == (True, True)


def test_a_reader_that_has_seen_enough_gets_no_traceback(store):
    """flink-chaos runs | head."""
    for number in range(400):
        store.open(a_plan(run_id=f"manual__{number}"))
    command = f"{sys.executable} -m flink_chaos.cli.main runs | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


@pytest.mark.parametrize(
    "words", [["run", "--bogus"], ["run"], ["reproduce"], ["run", "pod_delete", "-p", "component=[a"], ["show", "r1"]]
)
def test_what_is_no_command_is_a_set_up_error(words, tmp_path, monkeypatch, capsys):
    """Argparse's own 2 would be INCONCLUSIVE, and Python's 1 a FAIL."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    assert main(words) == SETUP_ERROR
    assert "Traceback" not in capsys.readouterr().err


def test_a_dry_run_needs_no_system(store, capsys):
    """It touches nothing: no lock either."""
    assert main(["run", "pod_delete", "-p", "dry_run=true"]) == 0
    assert "PLANNED" in capsys.readouterr().out


def judged(store, *facts):
    """A stored run with a verdict."""
    attempt = store.open(a_plan())
    for fact in (*good_facts(), *facts):
        attempt.append(fact)
    close(attempt)
    return attempt


def test_a_verdict_does_not_change_by_what_comes_after_it(store, capsys):
    """That everything was taken away and that people were told: to the byte, the stored verdict is made again."""
    attempt = judged(store)
    attempt.append(Notified(at=AT, ok=True, message="sent", channel="C1", ts="1.2"))
    attempt.append(Undone(at=AT, removed=["lease"], residue=["pods/x"]))
    assert main(["judge", attempt.plan().run_key]) == 0
    assert capsys.readouterr().out.endswith("\nthe stored verdict is the same\n")


def test_a_verdict_of_another_version_is_judged_again_all_the_same(store, capsys):
    """The exit code is that of the verdict that was made again."""
    attempt = judged(store)
    path = attempt.folder / "verdict.json"
    path.write_text(path.read_text().replace('"outcome": "PASS"', '"outcome": "GREEN"'))
    assert main(["judge", attempt.plan().run_key]) == 0
    assert "the stored verdict differs in: outcome\n" in capsys.readouterr().out


@pytest.mark.parametrize(("form", "begin"), [("text", "PASS"), ("json", "{"), ("junit", "<?xml"), ("openmetrics", "# TYPE")])
def test_a_verdict_is_shown_in_every_form(store, capsys, form, begin):
    """Nothing else is in the output; the exit code tells the outcome."""
    attempt = judged(store)
    assert main(["show", attempt.plan().run_key, "--format", form]) == 0
    assert capsys.readouterr().out.startswith(begin)
