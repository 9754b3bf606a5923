import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import (
    RETURNED,
    UNSEEN,
    Drained,
    Evidence,
    FilesEnd,
    Loaded,
    Steady,
    Stopped,
    Table,
)
from flink_chaos.model.journal import Journal
from flink_chaos.verdict.doubts import doubts, load_problem
from flink_chaos.verdict.judge import judge

from tests.unit.plans import AT, RECORDS, a_plan, counts, journal, table


def test_what_nobody_looked_at_is_told_part_by_part():
    """These words are the reasons of the verdict."""
    assert doubts(a_plan(), Journal([])) == [
        "preflight: never ran",
        "no steady state before the fault: never looked at",
        "the fault was not felt: no evidence was taken",
        "load: the loader's end was never seen",
        "stable copy: drained was never seen",
        "stable copy: stopped was never seen",
        "stable copy: not counted",
        "the loader's records in ad-events were not proved",
        "one method alone: no record proof of stable, chaos: it was never made",
    ]


def test_an_unsteady_run_tells_what_was_seen():
    """Not only that it was."""
    fact = Steady(at=AT, ok=False, message="chaos is 9,000 behind", lag={}, records_per_second=0)
    assert doubts(a_plan(), journal(fact)) == ["no steady state before the fault: chaos is 9,000 behind"]


def test_a_latency_that_a_checkpoint_felt_is_no_doubt():
    """What the checkpoints were is told, and demanded of nobody."""
    details = {"checkpoints-felt": "true", "checkpoints": "3, one failed"}
    plan = a_plan(fault="network_latency")
    verdict = judge(plan, journal(Evidence(at=AT, felt=True, message="", details=details), plan=plan))
    assert verdict.outcome == "PASS"
    last = verdict.lines[-1]
    assert (last.name, last.ok, last.demanded, last.seen) == (
        "checkpoints",
        True,
        "may slow down or fail",
        "3, one failed",
    )


def test_a_node_that_was_taken_back_is_no_doubt():
    """Only one that stays cordoned is."""
    fact = Evidence(at=AT, felt=True, message="", details={"uncordoned": "true", "node": "n2"})
    plan = a_plan(fault="node_drain")
    assert doubts(plan, journal(fact, plan=plan)) == []


@pytest.mark.parametrize(("begin", "end", "empty"), [({}, {0: 1, 1: 1}, []), ({1: 5}, {0: 0, 1: 5, 2: 1}, [0, 1])])
def test_a_partition_without_a_record_is_named(begin, end, empty):
    """A topic that did not exist before begins at 0."""
    plan = a_plan(pipeline="ad_event_counts")
    wanted = plan.records_to_write
    fact = Loaded(at=AT, expected=wanted, written=wanted, state="FINISHED", begin=begin, end=end)
    reason = f"load: no record in partitions {empty}: their watermark never moves, so no window can close"
    assert load_problem(plan, fact) == (reason if empty else "")


def test_extra_records_in_the_stable_copy_are_its_own_fault():
    """Nothing from before the run can be in it, and nobody hurt it."""
    both = [counts(copy, records=RECORDS + 40, extra=40) for copy in Copy]
    found = journal(*both, table(RECORDS + 40, RECORDS + 40))
    assert doubts(a_plan(), found) == ["stable copy: 0 lost and 40 extra without any fault"]
    assert doubts(a_plan(offsets="shift-by:-40"), found) == []


def test_the_control_of_windows_is_the_stable_copy_alone():
    """What the chaos copy accounts for proves nothing, and a copy that was not counted accounts for nothing."""
    plan = a_plan(pipeline="ad_event_counts", fault="node_drain")
    wanted = plan.records_to_write
    loaded = Loaded(at=AT, expected=wanted, written=wanted, state="FINISHED", begin={}, end={0: 1})
    short, whole = counts(Copy.STABLE, counted=RECORDS - 1), counts(Copy.CHAOS, counted=RECORDS)
    (found,) = doubts(plan, journal(loaded, short, whole))
    assert found == (
        "stable copy: it accounts for 199,999 of 200,000 records: nothing to compare with. "
        "If the application filters or joins, `output.each_once` is not true of it"
    )
    uncounted = [fact for fact in journal(loaded, whole).facts if getattr(fact, "copy_", None) is not Copy.STABLE]
    assert "stable copy: not counted" in doubts(plan, Journal(uncounted))


def test_each_copy_is_compared_with_its_own_column_of_every_table():
    """A table without it comes first, and one that says nothing of a group counts nothing there."""
    other = Table(at=AT, name="windows that differ", columns=["window"], rows=[])
    nothing = Table(at=AT, name="by hour", columns=["no_chaos_cnt"], rows=[[None], [RECORDS]])
    short = table(stable=RECORDS - 2)
    assert doubts(a_plan(), Journal([other, nothing, *journal().facts])) == []
    told = "methods disagree: by valid_status sums no_chaos_cnt to 199,998, by id there are 200,000"
    assert doubts(a_plan(), Journal([other, *journal(short).facts])) == [told]


@pytest.mark.parametrize("rows", [[["NaN"]], [["x"]], [["1.5"]], [[float("inf")]], [[[1]]], [[]], [[{"a": 1}], [RECORDS]]])
def test_a_column_that_cannot_be_summed_agrees_with_nothing(rows):
    """A query of a profile may give anything under that name."""
    odd = Table(at=AT, name="by hour", columns=["no_chaos_cnt"], rows=rows)
    (told,) = doubts(a_plan(), Journal([odd, *journal().facts]))
    assert told.startswith("methods disagree: by hour sums no_chaos_cnt to no number, by id ")


def test_the_sums_of_a_copy_that_goes_on_writing_files_are_not_compared():
    """Each query reads more than that before; the other copy's are compared all the same."""
    running = Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="")
    files = FilesEnd(at=AT, copy=Copy.CHAOS, directory="hdfs://n/out", files=[])
    assert doubts(a_plan(), journal(table(chaos=RECORDS - 2), running, files)) == []
    (told,) = doubts(a_plan(), journal(table(stable=RECORDS - 2, chaos=RECORDS - 2), running, files))
    assert told.startswith("methods disagree: by valid_status sums no_chaos_cnt to 199,998")


def test_a_stable_copy_that_never_caught_up_is_told_in_its_own_words():
    """Not in those of the chaos copy."""
    fact = Drained(at=AT, copy=Copy.STABLE, ok=False, message="lag 7", lag=7)
    assert doubts(a_plan(), journal(fact)) == ["stable copy: lag 7"]


@pytest.mark.parametrize("unseen", [True, False])
def test_a_wait_that_ended_because_nobody_could_look_blames_nobody(unseen):
    """The API server was away when time was up: the application may have done all that it should, as the control did."""
    stopped = Stopped(at=AT, copy=Copy.CHAOS, ok=False, savepoint=None, message="no savepoint in time", unseen=unseen)
    control = Stopped(at=AT, copy=Copy.STABLE, ok=True, savepoint="s", message="s", unseen=not unseen)
    told = "chaos copy: nobody could look whether it stops: no savepoint in time"
    assert doubts(a_plan(), journal(stopped, control)) == ([told] if unseen else [])
    drill = a_plan(fault="savepoint")
    details = {RETURNED: "false", **({UNSEEN: "true"} if unseen else {})}
    gone = Evidence(at=AT, felt=True, message="not back", details=details)
    told = "chaos copy: nobody could look whether it comes back: not back"
    assert (told in doubts(drill, journal(gone, plan=drill))) is unseen
