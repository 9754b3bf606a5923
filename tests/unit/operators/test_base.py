import threading

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowTaskTimeout, TaskDeferralError, TaskDeferred
from flink_chaos.clock import using
from flink_chaos.cluster.resources import PODS
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.model.facts import StepFailed
from flink_chaos.operators import base
from flink_chaos.steps import heartbeat, waits
from flink_chaos.steps.run import Progress, RunEndsError, StepError
from flink_chaos.store.records import ROOT

from tests.unit.cluster.fake_api import Lost
from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run

PENDING, DONE = Progress(done=False, message="not yet"), Progress(done=True, message="there")


class Step(base.RunOperator):
    """A step whose deed is handed in."""

    waits = ("first", "second")
    run_key_of_test = "r0123456789"

    def __init__(self, deed=lambda _run: None, **kwargs):
        super().__init__(task_id="step", run_key=self.run_key_of_test, **kwargs)
        self.deed = deed

    def act(self, run):
        self.deed(run)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A stored run that every hook opens; both waits are answered at once, and nobody is patient."""
    found = a_run(tmp_path)
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(Step, "run_key_of_test", found.plan.run_key)
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: found)
    monkeypatch.setattr(base, "INLINE_SECONDS", -1)
    answer(monkeypatch, first=DONE, second=DONE)
    return found


def answer(monkeypatch, expired=lambda _run, _message: None, **answers):
    """Let the waits say this from now on."""
    for name, progress in answers.items():
        monkeypatch.setitem(waits.WAITS, name, waits.Wait(lambda _run, p=progress: p, expired, lambda _: 60))


def raising(error):
    def deed(_run):
        raise error

    return deed


def test_answered_waits_hold_no_trigger(run):
    """What is there at once is not worth a deferral."""
    Step().execute({})
    assert run.journal.facts == []


def test_an_open_wait_is_deferred_with_its_deadline(run, monkeypatch):
    """The trigger knows which wait, and until when; Airflow's own time-out is a little later."""
    answer(monkeypatch, second=PENDING)
    with pytest.raises(TaskDeferred) as deferred:
        Step().execute({})
    assert deferred.value.trigger.wait == "second"
    assert deferred.value.timeout.total_seconds() == 60 + base.SPARE_SECONDS


def test_the_next_wait_follows_a_done_one(run, monkeypatch):
    """One trigger after another."""
    answer(monkeypatch, second=PENDING)
    with pytest.raises(TaskDeferred) as deferred:
        Step().resume({}, {"wait": "first", "answer": "done", "message": ""})
    assert deferred.value.trigger.wait == "second"


def test_a_late_wait_decides_itself_what_that_means(run, monkeypatch):
    """It is told the last answer."""
    told = []
    answer(monkeypatch, expired=lambda _run, message: told.append(message), first=PENDING)
    Step().resume({}, {"wait": "first", "answer": "late", "message": "lag 7"})
    assert told == ["lag 7"]


@pytest.mark.parametrize("error", [StepError("pod gone"), KeyError("unexpected")])
def test_a_step_that_fails_is_a_fact_of_the_run(run, error):
    """Whatever it was; the task fails with one line and is never retried."""
    with pytest.raises(AirflowFailException, match="step: "):
        Step(deed=raising(error)).execute({})
    assert [fact.step for fact in run.journal.all(StepFailed)] == ["step"]


def test_a_run_that_ends_early_has_not_failed(run):
    """Its facts tell why; they are judged."""
    with pytest.raises(AirflowFailException, match="no steady state"):
        Step(deed=raising(RunEndsError("no steady state"))).execute({})
    assert run.journal.all(StepFailed) == []


@pytest.mark.parametrize(("given", "failures"), [("failed", 1), ("ends", 0)])
def test_a_triggers_bad_news_is_taken_as_if_the_task_had_asked(run, given, failures):
    """A failure is a fact, an early end is none."""
    with pytest.raises(AirflowFailException, match="news"):
        Step().resume({}, {"wait": "first", "answer": given, "message": "news"})
    assert len(run.journal.all(StepFailed)) == failures


def test_without_a_plan_there_is_nothing_to_do():
    """A template that found nothing reads None."""
    step = Step()
    step.run_key = "None"
    with pytest.raises(AirflowFailException, match="plan"):
        step.execute({})


def test_a_step_is_never_retried_by_airflow():
    """It may have begun to act."""
    assert Step().retries == 0


def test_an_error_of_python_is_told_with_its_name(run):
    """A killed worker is seen as `[Errno 32] Broken pipe`, which says nothing."""
    with pytest.raises(AirflowFailException, match="step: BrokenPipeError: "):
        Step(deed=raising(BrokenPipeError(32, "Broken pipe"))).execute({})
    assert run.journal.last(StepFailed).message.startswith("BrokenPipeError: ")


def test_a_way_that_is_closed_is_a_fact_of_the_run(run, monkeypatch):
    """A connection that nobody defined: the record needs neither Kafka nor Kubernetes."""
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: raising(KeyError("kafka_default"))(_key))
    with pytest.raises(AirflowFailException, match="step: KeyError: 'kafka_default'"):
        Step().execute({})
    assert [fact.step for fact in run.journal.all(StepFailed)] == ["step"]


def test_a_trigger_that_broke_is_a_fact_of_the_run(run):
    """Airflow resumes the task only to fail it."""
    with pytest.raises(TaskDeferralError):
        Step().resume_execution("__fail__", {"error": "Trigger failure", "traceback": None}, {})
    assert run.journal.last(StepFailed).message == "nobody answered the wait: Trigger failure"


def test_a_task_that_takes_too_long_is_a_fact_of_the_run(run):
    """Airflow's time-out is no Exception."""
    with pytest.raises(AirflowFailException, match="step: AirflowTaskTimeout"):
        Step(deed=raising(AirflowTaskTimeout("15 min"))).execute({})
    assert len(run.journal.all(StepFailed)) == 1


def test_a_step_repeats_what_fails_in_passing(cluster, fake_api):
    """An API server that restarts costs a task seconds, not the run."""
    fake_api.outage = [Lost(503), Lost(503)]
    clock = FakeClock()
    with using(clock):
        assert Step()._guarded(lambda: cluster.list(PODS, "ns")) == []
    assert 0 < clock.passed < 10


def test_the_lock_is_renewed_while_a_step_works(run, monkeypatch):
    """A comparison takes minutes, and whoever is silent for long is taken for dead."""
    beats = threading.Event()
    monkeypatch.setattr(heartbeat, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "beat", lambda _run: beats.set())
    seen = []
    Step(deed=lambda _run: seen.append(beats.wait(10))).execute({})
    assert seen == [True]
