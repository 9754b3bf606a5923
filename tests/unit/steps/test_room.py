import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import PODS
from flink_chaos.model.facts import Unschedulable
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.steps.room import check_room, homeless

from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run

REASON = "0/3 nodes are available: 3 Insufficient memory."


@pytest.fixture
def run(tmp_path, cluster):
    """A run with a recovery deadline of a minute."""
    return a_run(tmp_path, cluster, recovery_deadline_seconds=60)


def add_pod(run, since="2026-01-01T00:00:00Z", status="False", copy="chaos"):
    """A pod that the scheduler looked at, by the API server's clock."""
    condition = {"type": "PodScheduled", "status": status, "lastTransitionTime": since, "message": REASON}
    metadata = {"name": "tm", "namespace": "flink", "labels": run.plan.labels | {COPY_LABEL: copy}}
    body = {"metadata": metadata, "spec": {}, "status": {"conditions": [condition]}}
    run.cluster.create(PODS, "flink", {"apiVersion": "v1", "kind": "Pod", **body})


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"])
def test_a_pod_without_a_node_for_too_long_is_told_with_the_schedulers_words(run, since):
    """Once, a minute after it was first seen to wait: whatever the API server's clock says."""
    clock = FakeClock()
    with using(clock):
        add_pod(run, since)
        assert not check_room(run)
        clock.sleep(59)
        assert not check_room(run)
        clock.sleep(2)
        assert (check_room(run), check_room(run)) == (True, True)
    (fact,) = run.journal.all(Unschedulable)
    assert (fact.pods, fact.message, round(fact.seconds)) == (["tm"], REASON, 61)


@pytest.mark.parametrize("given", [{"status": "True"}, {"copy": "stable"}])
def test_what_is_scheduled_or_is_not_ours_is_no_lack_of_room(run, given):
    """The stable copy is not judged here."""
    clock = FakeClock()
    with using(clock):
        add_pod(run, **given)
        check_room(run)
        clock.sleep(90)
        assert (check_room(run), run.journal.all(Unschedulable)) == (False, [])


def test_what_waits_now_is_told_whatever_the_time(run):
    """For the message of a copy that does not catch up."""
    add_pod(run)
    assert [(name, message) for name, _, message in homeless(run)] == [("tm", REASON)]
