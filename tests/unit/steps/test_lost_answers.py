import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.leases import acquire
from flink_chaos.cluster.patience import patient
from flink_chaos.cluster.resources import CHAOS_ENGINES, FLINK_DEPLOYMENTS
from flink_chaos.litmus.engine import Aim
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import FaultStarted
from flink_chaos.steps import deploying, injecting, stopping

from tests.unit.cluster.fake_api import Lost
from tests.unit.fake_clock import FakeClock
from tests.unit.runs import a_run


@pytest.fixture
def run(tmp_path, cluster, monkeypatch):
    """A run that is about to act once; whoever acts is patient, and no time passes."""
    monkeypatch.setattr(injecting, "require_load", lambda _run: None)
    monkeypatch.setattr(injecting, "see_before_fault", lambda _run: None)
    with using(FakeClock()), patient():
        found = a_run(tmp_path, cluster)
        acquire(cluster, found.namespace, found.plan.lease, found.plan.run_key)
        yield found


@pytest.mark.parametrize(
    "lost", [Lost(0, done=True), Lost(504, done=True), Lost(500), Lost(429, retry_after=5), Lost(0)]
)
def test_a_fault_is_injected_once_whatever_becomes_of_the_answer(run, fake_api, lost):
    """The engine that an earlier try made is the run's own."""
    fake_api.outage = [None, None, None, lost]  # is there an engine; read the lease, write it; create
    injecting.inject(run, Aim(pods=("tm",)))
    (engine,) = run.cluster.list(CHAOS_ENGINES, run.namespace)
    assert [fact.uid for fact in run.journal.all(FaultStarted)] == [engine["metadata"]["uid"]]


@pytest.mark.parametrize("lost", [Lost(0, done=True), Lost(503), Lost(409, reason="Conflict")])
def test_a_copy_is_deployed_and_stopped_though_answers_are_lost(run, fake_api, lost):
    """An apply and a patch say what is to be, as often as they are sent."""
    fake_api.outage = [lost, lost]
    deploying.apply_copy(run, Copy.CHAOS)
    fake_api.outage = [lost]
    stopping.suspend(run, Copy.CHAOS)
    (found,) = run.cluster.list(FLINK_DEPLOYMENTS, run.namespace)
    assert found["spec"]["job"]["state"] == "suspended"
