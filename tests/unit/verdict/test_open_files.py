import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, FilesEnd, FileState, Stopped
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.judge import judge
from flink_chaos.verdict.open_files import still_written, unseen_output

from tests.unit.plans import AT, a_plan, good_facts


def file(path, at_ms, *, finished=True, size=9):
    return FileState(path=path, size=size, modified_ms=at_ms, finished=finished)


def ended(*files, copy=Copy.CHAOS):
    """What a copy had written when it was stopped."""
    return FilesEnd(at=AT, copy=copy, directory="hdfs://n/out", files=list(files))


EARLY = (
    "{copy}: it was stopped while {path} was open, which is never finished: it does not end files as "
    "`files.roll_seconds` says, or the clocks of Flink and the store differ"
)
DONE = [Drained(at=AT, copy=Copy.CHAOS, ok=True, message="", lag=0), Stopped(at=AT, copy=Copy.CHAOS, ok=True, savepoint="s", message="")]


@pytest.mark.parametrize(
    ("left", "early"),
    [
        ([], False),
        ([file(".part-1", 2_000, finished=False)], False),
        ([file(".part-2", 4_000, finished=False, size=0)], False),
        ([file(".part-2", 3_000, finished=False)], False),
        ([file(".part-2", 4_000, finished=False)], True),
    ],
)
def test_a_file_that_is_open_when_its_application_stops_is_a_doubt(left, early):
    """It is newer than all others; what a killed task left behind is older."""
    found = list(unseen_output(Journal([*DONE, ended(file("part-0", 1_000), file("part-3", 3_000), *left)])))
    assert bool(found) is early
    assert set(found) <= {EARLY.format(copy="chaos", path=".part-2")}


def test_a_copy_that_was_not_drained_is_judged_for_that():
    """Whatever it left open."""
    undrained = DONE[0].model_copy(update={"ok": False})
    assert list(unseen_output(Journal([undrained, DONE[1], ended(file(".part-0", 1, finished=False))]))) == []


def test_an_output_that_nobody_could_see_makes_a_run_inconclusive():
    """The way of a worker to the store is not the application's."""
    unseen = Drained(at=AT, copy=Copy.CHAOS, ok=False, message="not drained: cannot list", lag=0, unseen=True)
    verdict = judge(a_plan(), Journal([*good_facts(), unseen]))
    assert verdict.outcome == "INCONCLUSIVE"
    assert "chaos: nobody could look at its output: not drained: cannot list" in verdict.reasons


@pytest.mark.parametrize("ok", [True, False])
def test_files_of_a_copy_that_could_not_be_stopped_are_not_compared(ok):
    """They grew while they were read; that it did not stop is the verdict."""
    stopped = Stopped(at=AT, copy=Copy.CHAOS, ok=ok, savepoint=None, message="")
    journal = Journal([stopped, ended(file("part-0", 1))])
    assert still_written(journal, Copy.CHAOS) is not ok


def test_a_copy_whose_only_file_is_open_was_stopped_too_early():
    """Nothing was finished at all, whenever that was."""
    left = ended(file(".part-0", 1, finished=False))
    assert list(unseen_output(Journal([*DONE, left]))) == [EARLY.format(copy="chaos", path=".part-0")]


def test_a_copy_that_nobody_saw_stop_has_no_end_to_look_at():
    """And one without files has no files."""
    left = ended(file(".part-0", 1, finished=False))
    assert list(unseen_output(Journal([DONE[0], left]))) == []
    assert list(unseen_output(Journal(DONE))) == []


def test_each_copy_has_its_own_end():
    """What is told of one says nothing of the other."""
    both = [fact.model_copy(update={"copy_": copy}) for copy in (Copy.CHAOS, Copy.STABLE) for fact in DONE]
    open_stable = ended(file(".part-0", 1, finished=False), copy=Copy.STABLE)
    whole_chaos = ended(file("part-0", 1))
    told = [EARLY.format(copy="stable", path=".part-0")]
    for ends in ([open_stable, whole_chaos], [whole_chaos, open_stable]):
        assert list(unseen_output(Journal([*both, *ends]))) == told
    broken = both[3].model_copy(update={"ok": False})
    assert list(unseen_output(Journal([*both[:3], broken, open_stable, whole_chaos]))) == []
    halted = both[1].model_copy(update={"ok": False})
    assert list(unseen_output(Journal([*both, halted, open_stable, whole_chaos]))) == told
    undrained = both[0].model_copy(update={"ok": False})
    assert list(unseen_output(Journal([*both[1:], undrained, open_stable]))) == told


def test_only_the_copy_that_did_not_stop_is_still_written():
    """The other one's files are whole."""
    running = Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="")
    stopped = Stopped(at=AT, copy=Copy.STABLE, ok=True, savepoint="s", message="")
    journal = Journal([running, stopped, ended(), ended(copy=Copy.STABLE)])
    assert [still_written(journal, copy) for copy in (Copy.CHAOS, Copy.STABLE)] == [True, False]
    assert not still_written(Journal([running, ended(copy=Copy.STABLE)]), Copy.CHAOS)
