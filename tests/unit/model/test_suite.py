import pytest
from flink_chaos.model.suite import (
    Suite,
    child_run_id,
    is_suite_key,
    repetitions,
    suite_key,
    suite_of,
    worst,
)
from flink_chaos.model.verdict import Outcome
from pydantic import ValidationError

PASS, FAIL, INCONCLUSIVE, ABORTED = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ABORTED


def a_suite(*runs, **more):
    return Suite(name="small", runs=[{"fault": "savepoint"}, *runs], **more)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([PASS, PASS], PASS),
        ([PASS, ABORTED], ABORTED),
        ([ABORTED, INCONCLUSIVE, PASS], INCONCLUSIVE),
        ([INCONCLUSIVE, FAIL, ABORTED], FAIL),
        ([PASS, Outcome.PLANNED], Outcome.PLANNED),
        ([], ABORTED),
    ],
)
def test_the_worst_outcome_is_the_suites(outcomes, expected):
    """FAIL, INCONCLUSIVE, ABORTED, PASS; a suite of nothing proves nothing."""
    assert worst(outcomes) is expected


def test_a_run_is_called_by_its_fault_unless_it_has_a_name():
    """A suite with each fault once needs no names."""
    suite = a_suite({"fault": "savepoint", "name": "again"})
    assert [run.name for run in suite.runs] == ["savepoint", "again"]


@pytest.mark.parametrize(
    ("runs", "more", "told"),
    [
        ([{"fault": "savepoint"}], {}, "2 are called savepoint; give each a `name`"),
        ([{"fault": "savepoint", "name": "summary"}], {}, "summary is the suite's own task"),
        ([], {"defaults": {"on_busy": "refuse"}}, "on_busy is decided by the suite"),
        ([{"fault": "no_fault", "parameters": {"dry_run": True}}], {}, "dry_run is decided by the suite"),
        ([], {"schedule": {"cron": "0 2 * *"}}, "cron"),
        ([], {"schedule": {"cron": "@daily", "timezone": "Europe/Berlni"}}, "no such time zone 'Europe/Berlni'"),
        ([], {"schedules": {}}, "schedules"),
        ([{"fault": "no_fault", "repeat": 0}], {}, "repeat\n.*greater than or equal to 1"),
        ([{"fault": "no_fault", "repeat": 51}], {}, "repeat\n.*less than or equal to 50"),
        ([{"fault": "no_fault", "repeat": True}], {}, "repeat\n.*valid integer"),
        (
            [{"fault": "no_fault", "repeat": 2}, {"fault": "no_fault", "name": "no_fault_r2"}],
            {},
            "2 are called no_fault_r2, one as a repetition of no_fault; give each a `name`",
        ),
        ([{"fault": "no_fault", "name": "end", "repeat": 2}], {}, "end is the suite's own task"),
        ([{"fault": "no_fault", "name": "n" * 38, "repeat": 10}], {}, "n_r10 has 42 characters; shorten it, 41"),
    ],
)
def test_what_is_unclear_is_refused(runs, more, told):
    """With what to do about it."""
    with pytest.raises(ValidationError, match=told):
        a_suite(*runs, **more)


def test_a_repeated_run_stands_for_runs_with_names_of_their_own():
    """In their place among the others; one that is made once keeps its name."""
    suite = a_suite({"fault": "no_fault", "repeat": 3}, {"fault": "pod_delete", "repeat": 1})
    assert suite.names == ["savepoint", "no_fault_r1", "no_fault_r2", "no_fault_r3", "pod_delete"]
    assert suite.choices == ["savepoint", "no_fault", *suite.names[1:]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, ["no_fault_r1", "no_fault_r2"]),
        (["no_fault"], ["no_fault_r1", "no_fault_r2"]),
        (["no_fault_r2", "savepoint"], ["no_fault_r2"]),
        (["savepoint"], []),
    ],
)
def test_a_repeated_runs_name_chooses_all_its_repetitions(names, expected):
    """The name of one chooses that."""
    assert a_suite({"fault": "no_fault", "repeat": 2}).runs[1].chosen(names) == expected


@pytest.mark.parametrize("times", [2, 9, 10, 50])
def test_the_longest_name_that_fits_is_taken(times):
    """41 characters with the number of the last repetition."""
    room = 41 - len(f"_r{times}")
    assert a_suite({"fault": "no_fault", "name": "n" * room, "repeat": times}).names[-1] == f"{'n' * room}_r{times}"


def test_what_is_made_once_is_no_repetition():
    """It has no number."""
    assert (repetitions("kill", 1), repetitions("kill", 2)) == (["kill"], ["kill_r1", "kill_r2"])


def test_parameters_come_from_the_suite_the_run_and_the_moment():
    """The later over the earlier; all runs wait for the topics."""
    suite = Suite(
        name="small",
        defaults={"pipeline": "a", "seed": 1},
        runs=[{"fault": "savepoint", "parameters": {"seed": 2, "records_per_second": 10}}],
    )
    found = suite.parameters(suite.runs[0], {"records_per_second": 20})
    assert found == {"pipeline": "a", "seed": 2, "records_per_second": 20, "on_busy": "wait"}


def test_a_runs_id_tells_its_suite():
    """And other ids tell none."""
    key = suite_key("regression__small", "manual__1", 1)
    assert is_suite_key(key)
    assert [suite_of(run_id) for run_id in (child_run_id(key, "first"), "manual__1", "s1", key)] == [key, "", "", ""]


def test_another_attempt_has_another_key():
    """So that a cleared suite makes new runs."""
    assert len({suite_key("d", "r", attempt) for attempt in (1, 2, 3)}) == 3
