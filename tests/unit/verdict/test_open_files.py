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


DONE = [Drained(at=AT, copy=Copy.CHAOS, ok=True, message="", lag=0), Stopped(at=AT, copy=Copy.CHAOS, ok=True, savepoint="s", message="")]


@pytest.mark.parametrize(
    ("left", "early"),
    [
        ([], False),
        ([file(".part-1", 2_000, finished=False)], False),
        ([file(".part-2", 4_000, finished=False, size=0)], False),
        ([file(".part-2", 4_000, finished=False)], True),
    ],
)
def test_a_file_that_is_open_when_its_application_stops_is_a_doubt(left, early):
    """It is newer than all others; what a killed task left behind is older."""
    found = list(unseen_output(Journal([*DONE, ended(file("part-0", 1_000), file("part-3", 3_000), *left)])))
    assert bool(found) is early
    assert all("chaos: it was stopped while .part-2 was open" in line for line in found)


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
