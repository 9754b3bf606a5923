from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred
from flink_chaos.hooks import dag_runs, slack_suite
from flink_chaos.model.facts import StopRequested
from flink_chaos.operators.suite import FaultRunOperator, SuiteEndOperator, SuitePlanOperator, SuiteSummaryOperator
from flink_chaos.profiles.catalogue import INCLUDE
from flink_chaos.store.records import ROOT, Store
from flink_chaos.store.suites import Suites

from tests.unit.cli.nasty import TYPED
from tests.unit.suites import a_catalogue, begun, ended, planned


class TaskInstance:
    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


class DagRun:
    dag_id, run_id, run_type = "regression__small", "manual__1", "manual"
    run_after = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    found = a_catalogue(tmp_path)
    monkeypatch.setenv(INCLUDE, str(found.folder))
    return found


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT, str(tmp_path / "store"))
    return Store()


@pytest.fixture
def plan(store, catalogue):
    return planned(store, catalogue)


@pytest.fixture
def started(monkeypatch):
    """Runs that were started, as the Execution API sees it: an id can be used once."""
    known = {}

    def start(dag_id, run_id, parameters, note):
        new = (dag_id, run_id) not in known
        known.setdefault((dag_id, run_id), (parameters, note))
        return new

    monkeypatch.setattr(dag_runs, "start", start)
    monkeypatch.setattr(dag_runs, "paused", lambda _dag_id: False)
    return known


def context(**parameters):
    return {"dag_run": DagRun(), "params": parameters, "ti": TaskInstance()}


@pytest.mark.parametrize(("late", "refused"), [(timedelta(minutes=50), False), (timedelta(hours=2), True)])
def test_a_night_that_an_outage_delayed_breaks_nothing_by_day(store, catalogue, monkeypatch, late, refused):
    """The scheduler goes by the date that was stored before the outage."""
    monkeypatch.setattr(DagRun, "run_type", "scheduled")
    monkeypatch.setattr(DagRun, "run_after", datetime.now(UTC) - late)
    operator = SuitePlanOperator(task_id="plan", suite="small")
    if refused:
        with pytest.raises(AirflowFailException, match=r"begun 2\.0 h later"):
            operator.execute(context())
    else:
        assert operator.execute(context())


@pytest.mark.parametrize(("runs", "told"), [([], "none chosen"), (["frist"], "no run 'frist'; there are: first")])
def test_a_choice_of_no_run_is_told(store, catalogue, runs, told):
    """A suite of nothing would be ABORTED without a word."""
    with pytest.raises(AirflowFailException, match=told):
        SuitePlanOperator(task_id="plan", suite="small").execute(context(runs=runs))


def test_the_plan_is_stored_and_its_key_handed_on(store, catalogue):
    """With the parameters of the form."""
    key = SuitePlanOperator(task_id="plan", suite="small").execute(context(runs=["first"], seed=3))
    plan = Suites(store).record(key).plan()
    assert [(run.name, run.parameters["seed"]) for run in plan.runs] == [("first", 3)]


@pytest.mark.parametrize("parameters", [{"seed": -1}, {"sede": 1}, {"environment": "moon"}])
def test_a_suite_that_cannot_be_is_told_in_one_line(store, catalogue, parameters):
    """Without a traceback, and without a record."""
    with pytest.raises(AirflowFailException, match="run first: "):
        SuitePlanOperator(task_id="plan", suite="small").execute(context(**parameters))
    assert Suites(store).all() == []


def test_a_run_is_started_once_whatever_happens_to_its_task(plan, started):
    """A retry and a clear meet the run that is there; each waits with the run's own deadline."""
    operator = FaultRunOperator(task_id="first", suite_key=plan.suite_key)
    for _ in range(2):
        with pytest.raises(TaskDeferred) as deferred:
            operator.execute(context())
    run = plan.runs[0]
    assert started == {("pod_delete", run.run_id): (run.parameters, "regression__small manual__1 #1")}
    assert deferred.value.trigger.serialize()[1]["run_id"] == run.run_id
    assert deferred.value.timeout.total_seconds() > run.seconds


def test_a_run_that_was_not_chosen_is_skipped(store, catalogue, started):
    """The next one is made."""
    key = planned(store, catalogue, runs=["no_fault"]).suite_key
    with pytest.raises(AirflowSkipException, match="chosen: no_fault"):
        FaultRunOperator(task_id="first", suite_key=key).execute(context())
    assert started == {}


def test_a_paused_dag_is_said_so_at_once(plan, started, monkeypatch):
    """Its run would wait for ever."""
    monkeypatch.setattr(dag_runs, "paused", lambda _dag_id: True)
    with pytest.raises(AirflowFailException, match=r"pod_delete is paused.*unpause it"):
        FaultRunOperator(task_id="first", suite_key=plan.suite_key).execute(context())
    assert started == {}


def test_a_runs_task_is_as_red_as_its_stored_verdict(plan, store):
    """Whatever Airflow says of the run."""
    ended(store, plan.runs[0])
    ended(store, plan.runs[1], failure="no image")
    FaultRunOperator(task_id="first", suite_key=plan.suite_key).resume(context(), {"state": "failed"})
    with pytest.raises(AirflowFailException, match=r"ABORTED .*no image"):
        FaultRunOperator(task_id="no_fault", suite_key=plan.suite_key).resume(context(), {"state": "success"})


def test_a_run_without_a_verdict_is_red(plan):
    """Airflow's word for it helps to find out why."""
    with pytest.raises(AirflowFailException, match="no verdict; Airflow calls the run failed"):
        FaultRunOperator(task_id="first", suite_key=plan.suite_key).resume(context(), {"state": "failed"})


@pytest.mark.parametrize("operator", [SuiteSummaryOperator, SuiteEndOperator])
def test_a_suite_is_green_when_all_its_runs_passed(plan, store, operator):
    """Both tasks that decide the state of the DAG run."""
    for run in plan.runs:
        ended(store, run)
    operator(task_id="t", suite_key=plan.suite_key).execute(context())


@pytest.mark.parametrize("operator", [SuiteSummaryOperator, SuiteEndOperator])
def test_a_suite_is_red_for_anything_but_pass(plan, store, operator):
    """And names the runs that are to blame."""
    ended(store, plan.runs[0])
    with pytest.raises(AirflowFailException, match="ABORTED: no_fault ABORTED"):
        operator(task_id="t", suite_key=plan.suite_key).execute(context())


def test_a_killed_suite_is_judged_and_its_open_runs_are_stopped(plan, store):
    """By the teardown."""
    running = begun(store, plan.runs[0])
    with pytest.raises(AirflowFailException, match="ABORTED"):
        SuiteEndOperator(task_id="end", suite_key=plan.suite_key).execute(context())
    assert running.journal().last(StopRequested) is not None
    assert Suites(store).record(plan.suite_key).verdict().outcome == "ABORTED"


@pytest.mark.parametrize(("answers", "messages"), [([True], 1), ([False, True], 2), ([False, False, False], 3)])
def test_one_message_is_told_for_a_suite(plan, monkeypatch, answers, messages):
    """By the summary, by the end if that was killed or Slack away; never again when a task is cleared."""
    told = []
    monkeypatch.setattr(slack_suite, "tell_suite", lambda *_: told.append(1) or answers[len(told) - 1])
    for operator in (SuiteSummaryOperator, SuiteEndOperator, SuiteSummaryOperator):
        with pytest.raises(AirflowFailException):
            operator(task_id="t", suite_key=plan.suite_key).execute(context())
    assert len(told) == messages


def test_without_a_plan_there_is_nothing_to_do():
    """A template that found nothing reads None."""
    with pytest.raises(AirflowFailException, match="plan"):
        SuiteSummaryOperator(task_id="t", suite_key="None").execute(context())


@pytest.mark.parametrize("name", ["runs", "seed", "contract_bounds", "x"])
def test_whatever_the_form_sends_the_suite_has_a_plan_or_one_problem_for_each_run(store, catalogue, monkeypatch, name):
    """Values come typed, as JSON."""
    monkeypatch.setattr(slack_suite, "tell_suite_begin", lambda _record: None)
    for number, value in enumerate(TYPED):
        dag_run = DagRun()
        dag_run.run_id = f"manual__{number}"
        try:
            SuitePlanOperator(task_id="plan", suite="small").execute({"dag_run": dag_run, "params": {name: value}})
        except AirflowFailException as error:
            lines = str(error).splitlines()
            assert (len(lines) <= 2, max(map(len, lines)) < 1500) == (True, True), number
