import os
import signal

import pytest
from flink_chaos.cli import running, script, systems
from flink_chaos.cli.main import main
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.base import Copy
from flink_chaos.model.verdict import SETUP_ERROR
from flink_chaos.steps import judging
from flink_chaos.steps.run import Run, RunEndsError, StepError
from flink_chaos.store.records import ROOT, Store

from tests.unit.observed import facts, observation
from tests.unit.plans import RECORDS, counts, good_facts, of_plan, table

GOOD = [*good_facts(), *facts()]
LOST = [*GOOD, counts(Copy.CHAOS, records=RECORDS - 3, ids=RECORDS - 3, lost=3), table(chaos=RECORDS - 3)]
EXITS = {"pass": 0, "fail": 1, "inconclusive": 2, "aborted": 3}


def passes(run):
    for fact in of_plan(run.plan, GOOD):
        run.attempt.append(fact)


def fails(run):
    for fact in of_plan(run.plan, LOST):
        run.attempt.append(fact)


def doubts(run):
    raise RunEndsError("no steady state")


def aborts(run):
    raise StepError("no image")


def killed(_run):
    os.kill(os.getpid(), signal.SIGTERM)


def interrupted(_run):
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def ctrl_c():
    """It reaches us, also where a shell that began the tests in its background made them deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An own, empty store, and nothing to wait for."""
    monkeypatch.setenv(ROOT, str(tmp_path / "store"))
    monkeypatch.setattr(script, "wait_for", lambda *_: None)
    monkeypatch.setattr(script, "stop_faults", lambda _run: None)
    monkeypatch.setattr(script.abandoned, "take_away", lambda *_: None)
    monkeypatch.setattr(judging, "observation", lambda _attempt: observation())
    monkeypatch.setattr(systems, "open_run", lambda attempt: Run(attempt.plan(), attempt, None, None))
    return Store()


@pytest.fixture
def does(monkeypatch):
    """What the runs of the command do, one after another."""

    def does(*deeds):
        todo = iter(deeds)

        def steps(run):
            next(todo)(run)

        monkeypatch.setattr(script, "_steps", steps)

    return does


def test_repetitions_are_runs_of_their_own(store, does, capsys):
    """Each has a run id and a run key, and is told as a run is; then how both copies differ in all of them."""
    does(passes, passes, passes)
    assert main(["run", "pod_delete", "--repeat", "3", "-p", "component=jobmanager"]) == 0
    plans = [attempt.plan() for attempt in store.attempts()]
    assert [plan.run_id.rpartition("_")[2] for plan in plans] == ["r1", "r2", "r3"]
    assert (len({plan.run_id.rpartition("_")[0] for plan in plans}), len({plan.run_key for plan in plans})) == (1, 3)
    assert {plan.fault_values["component"] for plan in plans} == {"jobmanager"}
    told = capsys.readouterr().out
    assert [told.count(f"run {plan.run_key}: ") + told.count(f"({plan.run_key})") for plan in plans] == [2, 2, 2]
    assert "pod_delete  highest lag, records  3     10,000  10,000.0 to 10,000.0" in told.partition("\nrepeated ")[2]


def test_a_run_that_is_made_once_is_as_it_was(store, does, capsys):
    """No number in its id, and nothing to compare."""
    does(passes)
    assert main(["run", "pod_delete"]) == 0
    (attempt,) = store.attempts()
    assert attempt.plan().run_id.rpartition("_")[2][:2] == "20"
    assert "repeated" not in capsys.readouterr().out


def test_older_runs_of_the_same_test_are_no_repetitions(store, does, capsys):
    """The page of a run shows those."""
    does(passes, passes, passes, passes, passes)
    main(["run", "pod_delete", "--repeat", "3"])
    capsys.readouterr()
    main(["run", "pod_delete", "--repeat", "2"])
    assert "too few runs for an interval (2 of 3)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("deeds", "code"),
    [
        ([passes, fails, passes], "fail"),
        ([passes, doubts, aborts], "inconclusive"),
        ([fails, passes, aborts], "fail"),
    ],
)
def test_the_exit_code_is_that_of_the_worst_and_none_stops_the_next(store, does, deeds, code):
    """As in a suite: a broken contract outweighs all."""
    does(*deeds)
    assert main(["run", "pod_delete", "--repeat", "3"]) == EXITS[code]
    assert len(store.attempts()) == 3


@pytest.mark.parametrize(("deeds", "made", "code"), [([aborts], 1, "aborted"), ([doubts, aborts], 2, "inconclusive")])
def test_nothing_is_repeated_after_a_run_that_was_aborted(store, does, capsys, deeds, made, code):
    """What ended it would end the next one too, each after its own deadlines."""
    does(*deeds, passes, passes)
    assert main(["run", "pod_delete", "--repeat", "3"]) == EXITS[code]
    assert len(store.attempts()) == made
    assert "it was ABORTED; no further repetition is made" in capsys.readouterr().err


def test_a_broken_repetition_hides_no_earlier_verdict(store, does, monkeypatch, capsys):
    """A defect of ours is told with its traceback."""
    does(fails)
    todo = iter([running._made])

    def made(*asked):
        return next(todo, broken)(*asked)

    monkeypatch.setattr(running, "_made", made)
    assert main(["run", "pod_delete", "--repeat", "2"]) == EXITS["fail"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def broken(*_):
    """A defect."""
    raise ZeroDivisionError


@pytest.mark.parametrize("deed", [killed, interrupted])
@pytest.mark.parametrize(("before", "code"), [(passes, "aborted"), (fails, "fail")])
def test_who_interrupts_a_repetition_ends_them_all(store, does, capsys, deed, before, code):
    """It ends ABORTED in the store; what was made before is told."""
    does(before, deed, passes)
    assert main(["run", "pod_delete", "--repeat", "3"]) == EXITS[code]
    outcomes = [attempt.verdict().outcome.lower() for attempt in store.attempts()]
    assert outcomes == ["pass" if before is passes else "fail", "aborted"]
    told = capsys.readouterr()
    assert "too few runs for an interval (1 of 3)" in told.out
    assert told.err == "flink-chaos: interrupted; no further repetition is made\n"


def test_an_interrupted_first_repetition_ends_as_a_run_does(store, does, capsys):
    """There is nothing to tell."""
    does(killed, passes)
    assert main(["run", "pod_delete", "--repeat", "2"]) == EXITS["aborted"]
    assert [attempt.verdict().outcome for attempt in store.attempts()] == ["ABORTED"]
    assert "repeated" not in capsys.readouterr().out


@pytest.mark.parametrize(("made", "code"), [(0, SETUP_ERROR), (1, 3), (2, 3)])
def test_without_its_systems_a_series_ends(store, does, monkeypatch, capsys, made, code):
    """In one line; that is a set-up error only when no run came about."""
    does(*[passes] * 3)
    connect = systems.open_run

    def refuses(attempt):
        if len(store.attempts()) > made:
            raise ClusterError("no answer")
        return connect(attempt)

    monkeypatch.setattr(systems, "open_run", refuses)
    assert main(["run", "pod_delete", "--repeat", "3"]) == code
    assert [attempt.verdict().outcome for attempt in store.attempts()] == [*["PASS"] * made, "ABORTED"]
    assert "no answer" in capsys.readouterr().err


@pytest.mark.parametrize("times", ["0", "51", "-1", "two", "1.5", "²"])
def test_a_number_that_cannot_be_is_a_set_up_error(store, capsys, times):
    """Before anything is stored."""
    assert main(["run", "pod_delete", "--repeat", times]) == SETUP_ERROR
    assert f"--repeat: {times} is no number from 1 to 50" in capsys.readouterr().err
    assert store.attempts() == []


def test_dry_runs_can_be_repeated(store, capsys):
    """They are planned, and nothing is known of them."""
    assert main(["run", "pod_delete", "--repeat", "2", "-p", "dry_run=true"]) == 0
    assert "too few runs for an interval (0 of 3)" in capsys.readouterr().out
