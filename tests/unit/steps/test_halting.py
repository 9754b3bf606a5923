import pytest
from flink_chaos.model.facts import StopRequested
from flink_chaos.steps.halting import obey, request_stop
from flink_chaos.steps.judging import close
from flink_chaos.steps.run import Progress, StepError
from flink_chaos.steps.waits import WAITS, Wait, ask

from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path):
    return a_run(tmp_path)


def test_a_run_goes_on_until_somebody_asks_it_to_stop(run):
    """Who it was is told."""
    obey(run.attempt)
    assert request_stop(run.attempt, "suite s0123456789")
    with pytest.raises(StepError, match="stopped by suite s0123456789"):
        obey(run.attempt)


def test_an_ended_run_is_left_alone(run):
    """Its record does not grow."""
    close(run.attempt)
    assert not request_stop(run.attempt, "me")
    assert run.journal.last(StopRequested) is None


def test_a_run_with_a_verdict_does_not_go_on(run):
    """Who clears one of its tasks would act under a verdict that stands."""
    close(run.attempt)
    with pytest.raises(StepError, match="clear `plan` to make another attempt"):
        obey(run.attempt)


def test_every_wait_obeys_before_it_asks(run):
    """A system that hangs cannot keep a run from stopping."""
    request_stop(run.attempt, "me")
    asked = []
    wait = Wait(asked.append, lambda *_: None, lambda _: 60)
    with pytest.raises(StepError, match="stopped by me"):
        ask(wait, run)
    assert asked == []


def test_what_takes_things_away_goes_on(run):
    """Of all waits only the teardown's, and those of the observer, which ends by itself."""
    request_stop(run.attempt, "me")
    wait = Wait(lambda _run: Progress(done=True, message=""), lambda *_: None, lambda _: 60, stoppable=False)
    assert ask(wait, run).done
    assert [name for name, wait in WAITS.items() if not wait.stoppable] == ["observe", "observed", "removal"]
