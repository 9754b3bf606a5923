import pytest
from airflow.sdk.exceptions import AirflowFailException
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS, LEASES
from flink_chaos.hooks import dag_runs
from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.model.footprint import footprint_of
from flink_chaos.operators.undo import JanitorOperator, UndoOperator
from flink_chaos.store.records import ROOT, Attempt

from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, monkeypatch, cluster):
    """A run that holds its lock and has an application."""
    found = a_run(tmp_path, cluster)
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, footprint_of(found.plan).annotations)
    metadata = {"name": "stable", "namespace": found.namespace, "labels": found.plan.labels}
    cluster.create(FLINK_DEPLOYMENTS, found.namespace, {"metadata": metadata, "spec": {}})
    monkeypatch.setattr(FlinkChaosHook, "run", lambda _hook, _key: found)
    monkeypatch.setattr(FlinkChaosHook, "systems", lambda _hook, _environment: (cluster, None))
    monkeypatch.setattr("flink_chaos.steps.clearing.delete_old", lambda *_: [])
    monkeypatch.setattr("flink_chaos.steps.undoing.delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr("flink_chaos.steps.undoing.groups_ending", lambda _kafka, _end: [])
    monkeypatch.setattr("flink_chaos.steps.leftovers.open_transactions", lambda _kafka, _topic: [])
    return found


def undo(run):
    UndoOperator(task_id="t", run_key=run.plan.run_key).execute({"params": {"environment": None}})


def sweep():
    JanitorOperator(task_id="sweep").execute({})


def is_clean(run):
    return not run.cluster.list(FLINK_DEPLOYMENTS, run.namespace) and (
        holder_of(run.cluster, run.namespace, run.plan.lease) is None
    )


def silent(run):
    run.cluster.merge(LEASES, run.namespace, run.plan.lease, {"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}})


@pytest.mark.parametrize("methods", [["append"], ["close"], ["append", "close"]], ids=" ".join)
def test_a_full_disk_keeps_nothing_from_being_taken_away(run, monkeypatch, methods):
    """The task is red, in one line."""

    def full(*_args):
        raise OSError(28, "No space left on device")

    for method in methods:
        monkeypatch.setattr(Attempt, method, full)
    with pytest.raises(AirflowFailException, match="No space left on device"):
        undo(run)
    assert is_clean(run)


@pytest.mark.parametrize("text", ["", "{}", None], ids=["empty", "newer", "gone"])
def test_a_run_is_taken_away_without_a_record_that_can_be_read(run, text):
    """By its lease, in the environment that it was started for."""
    plan = run.attempt.folder / "plan.json"
    plan.unlink() if text is None else plan.write_text(text)
    with pytest.raises(AirflowFailException, match=r"its record cannot be read .*; everything was taken away"):
        undo(run)
    assert is_clean(run)


def test_the_janitor_leaves_a_run_at_work_alone(run):
    """It renews its lock."""
    sweep()
    assert not is_clean(run)


@pytest.mark.parametrize(("state", "clean"), [("running", False), ("queued", False), ("failed", True), ("success", True)])
def test_the_janitor_asks_airflow_about_a_run_that_is_silent(run, monkeypatch, state, clean):
    """Its tasks may wait for a worker, or for a scheduler that was away."""
    silent(run)
    monkeypatch.setattr(dag_runs, "state", lambda _dag, _run: state)
    sweep()
    assert is_clean(run) is clean


@pytest.mark.parametrize(("status", "clean"), [(404, True), (500, False), (None, False)])
def test_a_run_that_airflow_does_not_know_is_judged_by_its_lock(run, monkeypatch, status, clean):
    """It is of a command line or of another Airflow; one that cannot be asked for is left alone."""
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse

    def unknown(_dag, _run):
        detail = {"status_code": status} if status else None
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail=detail))

    silent(run)
    monkeypatch.setattr(dag_runs, "state", unknown)
    sweep()
    assert is_clean(run) is clean


def test_the_janitor_is_red_for_what_stays(run, monkeypatch):
    """And names the run."""
    silent(run)
    monkeypatch.setattr(dag_runs, "state", lambda _dag, _run: "failed")
    monkeypatch.setattr("flink_chaos.steps.abandoned.undo_all", lambda runs, _say: [run.key for run in runs])
    with pytest.raises(AirflowFailException, match=f"environment lab: something of run {run.plan.run_key}"):
        sweep()


def test_an_environment_that_cannot_be_reached_is_told(monkeypatch):
    """In one line, after all others were looked at."""

    def away(_hook, _environment):
        raise NotDefinedError("connection `kubernetes_default` is not defined")

    monkeypatch.setattr(FlinkChaosHook, "systems", away)
    with pytest.raises(AirflowFailException, match=r"environment lab: .*kubernetes_default. is not defined"):
        sweep()


def test_the_janitor_deletes_old_checkpoints_and_tells_when_it_cannot(run, monkeypatch):
    """The lab's environment names a storage; nobody answers there."""
    from flink_chaos.files.listing import FilesError

    def away(*_args):
        raise FilesError("cannot delete old folders in webhdfs://127.0.0.1:9870/flink-chaos: away")

    monkeypatch.setattr("flink_chaos.steps.clearing.delete_old", away)
    with pytest.raises(AirflowFailException, match="environment lab: cannot delete old folders in webhdfs"):
        sweep()
    assert not is_clean(run)


class NotDefinedError(Exception):
    """Any."""
