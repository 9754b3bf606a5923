from contextlib import suppress

import pytest
from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.facts import Preflight
from flink_chaos.steps import kafka_rights as module
from flink_chaos.steps import preflight
from flink_chaos.steps.run import RunEndsError

from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """The line about rights of a preflight with nothing else in it; what is tried ends so."""
    monkeypatch.setattr(preflight, "CHECKS", {"kafka rights": preflight.CHECKS["kafka rights"]})

    def look(denied=(), reading=None, deleting=None, exists=4, offsets=None):
        monkeypatch.setattr(module, "committed", raising(offsets))
        monkeypatch.setattr(module, "partition_count", lambda *_: exists)
        monkeypatch.setattr(module, "denied_on_topic", lambda *_: list(denied))
        monkeypatch.setattr(module, "try_reading", raising(reading))
        monkeypatch.setattr(module, "try_deleting_group", raising(deleting))
        run = a_run(tmp_path)
        with clock.using(FakeClock()), suppress(RunEndsError):
            preflight.look(run)
        check = run.journal.last(Preflight).checks[0]
        return check.ok, check.message

    return look


def raising(problem):
    left = [problem] if problem else []

    def act(*_):
        if left:
            raise left[0] if not left[0].transient else left.pop()

    return act


def test_everything_that_may_be_done_is_counted(looked):
    """Source, both sinks, and both copies' groups."""
    assert looked() == (True, "3 topics may be read, 2 groups may be read and deleted")


def test_topics_that_do_not_exist_yet_cannot_be_tried(looked):
    """Their creation tells."""
    assert looked(exists=0) == (True, "0 topics may be read, 2 groups may be read and deleted")


def test_all_that_is_missing_is_told_at_once(looked):
    """Who gives rights wants to be asked once."""
    ok, message = looked(denied=["READ"], deleting=KafkaProblem("cannot delete group"))
    assert not ok
    assert message.count("not allowed on topic") == 3
    assert message.endswith("cannot delete group")


def test_a_group_as_which_nobody_may_read_ends_the_run(looked):
    """Before the load, and not when it is to be proved."""
    assert looked(reading=KafkaProblem("cannot read as group")) == (False, "cannot read as group")


def test_a_broker_that_is_away_is_no_missing_right(looked):
    """It is asked again."""
    assert looked(reading=KafkaProblem("away", transient=True))[0] is True


def test_offsets_that_nobody_may_read_end_the_run(looked):
    """Of the copies' groups."""
    assert looked(offsets=KafkaProblem("cannot read the offsets")) == (False, "cannot read the offsets")
