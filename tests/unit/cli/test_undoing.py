import pytest
from flink_chaos.cli import systems
from flink_chaos.cli.main import main
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import acquire, holder_of
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS, LEASES
from flink_chaos.model.footprint import footprint_of
from flink_chaos.steps import leftovers
from flink_chaos.steps import undoing as steps
from flink_chaos.steps.run import Run
from flink_chaos.store.records import ROOT

from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, monkeypatch, cluster):
    """A run whose process was killed: its lock and an application are still there."""
    monkeypatch.setenv(ROOT, tmp_path.as_uri())
    monkeypatch.setattr(steps, "delete_group", lambda _kafka, _group: True)
    monkeypatch.setattr(steps, "groups_ending", lambda _kafka, _end: [])
    monkeypatch.setattr(leftovers, "open_transactions", lambda _kafka, _topic: [])
    monkeypatch.setattr(systems, "open_cluster", lambda _environment: cluster)
    monkeypatch.setattr(systems, "open_kafka", lambda _environment: None)
    found = a_run(tmp_path, cluster)
    acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key, footprint_of(found.plan).annotations)
    metadata = {"name": "stable", "namespace": found.namespace, "labels": found.plan.labels}
    cluster.create(FLINK_DEPLOYMENTS, found.namespace, {"metadata": metadata, "spec": {}})
    return found


def is_clean(run: Run) -> bool:
    return not run.cluster.list(FLINK_DEPLOYMENTS, run.namespace) and (
        holder_of(run.cluster, run.namespace, run.plan.lease) is None
    )


def test_a_killed_run_is_taken_away_and_ends_aborted(run, capsys):
    """By its key."""
    assert main(["undo", run.plan.run_key]) == 0
    assert "ABORTED" in capsys.readouterr().out
    assert is_clean(run)


@pytest.mark.parametrize("text", ["", "{", '{"of": "a newer version"}', None], ids=["empty", "damaged", "newer", "gone"])
def test_a_run_is_taken_away_without_a_record_that_can_be_read(run, capsys, text):
    """The lease and its labels tell enough."""
    plan = run.attempt.folder / "plan.json"
    if text is None:
        plan.unlink()
    else:
        plan.write_text(text)
    assert main(["undo", run.plan.run_key]) == 0
    assert "undone without its record" in capsys.readouterr().out
    assert is_clean(run)


def test_all_runs_that_are_silent_are_taken_away(run, capsys):
    """Those that renew their lock are not."""
    assert main(["undo", "--all"]) == 0
    assert not is_clean(run)
    run.cluster.merge(LEASES, run.namespace, run.plan.lease, {"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}})
    assert main(["undo", "--all"]) == 0
    assert is_clean(run)
    assert run.plan.run_key in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["r0123456789", "--all"], ["nonsense"], ["r0123456789"]])
def test_what_cannot_be_undone_is_told_in_one_line(run, capsys, arguments):
    """Neither, both, no key, and the key of nothing."""
    assert main(["undo", *arguments]) == 4
    error = capsys.readouterr().err
    assert error.startswith("flink-chaos: ")
    assert error.count("\n") == 1


def test_a_run_of_another_environment_keeps_no_other(run, tmp_path, cluster, monkeypatch):
    """Its record names connections that this shell has not; it is taken away where it was found."""
    other = a_run(tmp_path, cluster, run_id="another")
    acquire(cluster, other.namespace, other.plan.lease + "-b", other.plan.run_key, footprint_of(other.plan).annotations)
    for lease in (run.plan.lease, other.plan.lease + "-b"):
        cluster.merge(LEASES, run.namespace, lease, {"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}})

    def nowhere(_attempt):
        raise ClusterError("no kubeconfig")

    monkeypatch.setattr(systems, "open_run", nowhere)
    assert main(["undo", "--all"]) == 0
    assert is_clean(run)
    assert cluster.list(LEASES, run.namespace) == []
