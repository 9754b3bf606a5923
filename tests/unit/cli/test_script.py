import errno
from dataclasses import replace

import pytest
from flink_chaos.cli import script
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.facts import StepFailed
from flink_chaos.steps.run import Pulse, StepError
from flink_chaos.store.records import Attempt, StoreError

from tests.unit.runs import a_run

FULL = OSError(errno.ENOSPC, "No space left on device")
PROBLEMS = [FULL, StoreError("store s3://bucket: access denied")]


@pytest.fixture
def lost():
    """Runs that were asked whether they lost their lock."""
    return []


@pytest.fixture
def deeds(monkeypatch, lost):
    """What was done, in order, with everything that would ask a cluster left out."""
    done = []
    monkeypatch.setattr(script, "stop_faults", lambda _run: done.append("fault"))
    monkeypatch.setattr(script.abandoned, "take_away", lambda _run, _say: done.append("removal"))
    monkeypatch.setattr(script, "wait_for", lambda *_: None)
    monkeypatch.setattr(script, "_steps", lambda _run: None)
    monkeypatch.setattr(script, "journal_loss", lost.append)
    real = script.judging.close

    def close(attempt):
        done.append("verdict")
        return real(attempt)

    monkeypatch.setattr(script.judging, "close", close)
    return done


def test_only_a_run_that_had_the_lock_can_have_lost_it(tmp_path, deeds, lost):
    """One that was refused is told by that."""
    refused, began = replace(a_run(tmp_path / "a"), pulse=Pulse()), a_run(tmp_path / "b")
    script.perform(refused)
    script.perform(began)
    assert lost == [began]


def refuses(monkeypatch, error, *methods):
    def fail(*_args):
        raise error

    for method in methods:
        monkeypatch.setattr(Attempt, method, fail)


def test_the_fault_ends_first_and_the_verdict_is_told_last(tmp_path, deeds):
    """Whoever waits for a verdict needs no fault any more."""
    script.perform(a_run(tmp_path))
    assert deeds == ["fault", "removal", "verdict"]


@pytest.mark.parametrize("error", PROBLEMS, ids=str)
@pytest.mark.parametrize("methods", [["append"], ["close"], ["append", "close"], ["append", "journal", "close"]], ids=" ".join)
def test_a_store_that_takes_nothing_keeps_nothing_from_being_taken_away(tmp_path, deeds, monkeypatch, capsys, error, methods):
    """The run is ABORTED, and says why."""
    run = a_run(tmp_path)
    refuses(monkeypatch, error, *methods)
    verdict = script.perform(run)
    assert deeds[:2] == ["fault", "removal"]
    assert verdict.outcome == "ABORTED"
    assert (str(error).partition("] ")[2] or str(error)) in " ".join(verdict.reasons)
    assert "Traceback" not in capsys.readouterr().err


def test_a_step_that_cannot_write_its_fact_aborts_the_run(tmp_path, deeds, monkeypatch):
    """In one line: the disk was full for a moment only."""

    def steps(_run):
        raise FULL

    monkeypatch.setattr(script, "_steps", steps)
    verdict = script.perform(a_run(tmp_path))
    assert (verdict.outcome, verdict.reasons) == ("ABORTED", ["run: OSError: [Errno 28] No space left on device"])


def test_what_cannot_be_removed_does_not_hide_how_the_run_ended(tmp_path, deeds, monkeypatch):
    """It is said, and the lock stays."""

    def stays(_run, _say):
        raise StepError("not all was taken away: still there: pods/x")

    monkeypatch.setattr(script.abandoned, "take_away", stays)
    run = a_run(tmp_path)
    assert script.perform(run) == run.attempt.verdict()


def test_a_cluster_that_is_away_when_the_fault_is_to_end_is_asked_again_by_the_removal(tmp_path, deeds, monkeypatch):
    """It has minutes."""

    def away(_run):
        raise ClusterError("API server is away")

    monkeypatch.setattr(script, "stop_faults", away)
    script.perform(a_run(tmp_path))
    assert deeds == ["removal", "verdict"]


def test_an_interruption_is_a_fact(tmp_path, deeds, monkeypatch):
    """Also of a store that comes back before the verdict."""

    def steps(_run):
        raise KeyboardInterrupt

    monkeypatch.setattr(script, "_steps", steps)
    run = a_run(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        script.perform(run)
    assert "interrupted" in run.journal.last(StepFailed).message
    assert run.attempt.verdict().outcome == "ABORTED"
