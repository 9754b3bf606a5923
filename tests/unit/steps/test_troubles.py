import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.resources import EVENTS, NODES, PODS
from flink_chaos.model.facts import StopRequested, Unschedulable
from flink_chaos.model.plan import COPY_LABEL
from flink_chaos.model.trouble_facts import NodesBefore, Trouble
from flink_chaos.steps import waits
from flink_chaos.steps.observing import see_before_fault
from flink_chaos.steps.room import check_room
from flink_chaos.steps.run import Progress, RunEndsError, StepError
from flink_chaos.steps.troubles import look_for_trouble

from tests.unit.fake_clock import BEGIN, FakeClock
from tests.unit.plans import AT
from tests.unit.runs import a_run

INSUFFICIENT = "0/2 nodes are available: 2 Insufficient memory."


@pytest.fixture
def run(tmp_path, cluster, fake_api):
    """A run with one node."""
    put_node(fake_api, "n1")
    return a_run(tmp_path, cluster)


def put_node(fake_api, name, ready="True", memory="4Gi"):
    status = {"allocatable": {"cpu": "4", "memory": memory}, "conditions": [{"type": "Ready", "status": ready}]}
    fake_api.put(NODES, {"metadata": {"name": name}, "spec": {}, "status": status})


def put_pod(run, fake_api, name, *, copy="chaos", node="n1", role="jobmanager", memory="1Gi", **status):
    app = run.plan.loader if copy == "loader" else run.plan.copies[copy].deployment
    labels = run.plan.labels | {COPY_LABEL: copy, "app": app, "component": role}
    metadata = {"name": f"{app}-{name}", "namespace": run.namespace, "labels": labels}
    container = {"resources": {"requests": {"memory": memory}}}
    fake_api.put(
        PODS,
        {
            "metadata": metadata,
            "spec": {"containers": [container]} | ({"nodeName": node} if node else {}),
            "status": status,
        },
    )
    return metadata["name"]


PULLING = {
    "containerStatuses": [
        {"name": "main", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
    ]
}
CRASHED = {"containerStatuses": [{"name": "main", "state": {"terminated": {"reason": "Error", "exitCode": 1}}}]}
WAITING = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "message": INSUFFICIENT}]}


def expired(monkeypatch, run, check=lambda _run: Progress(done=False, message="not yet")):
    """A wait for pods that nobody answers."""
    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(check, waits._fail("it"), lambda _: 10, of_pods=True))
    with using(FakeClock()):
        waits.wait_for("test", run, lambda _: None)


def test_a_wait_that_expires_for_a_cause_outside_ends_the_run_with_it(run, fake_api, monkeypatch):
    """INCONCLUSIVE, not ABORTED, and in Kubernetes' own words."""
    name = put_pod(run, fake_api, "tm", **PULLING)
    with pytest.raises(
        RunEndsError,
        match=f"it took too long .* not yet; pods/{name}: container main waits: ImagePullBackOff: no such image",
    ):
        expired(monkeypatch, run)
    (fact,) = run.journal.all(Trouble)
    assert (fact.moment, fact.wait, [cause.whose for cause in fact.causes]) == ("a wait expired", "test", ["chaos"])


def test_what_the_application_does_to_itself_fails_the_step_with_it(run, fake_api, monkeypatch):
    """It is told, and it is no excuse."""
    put_pod(run, fake_api, "jm", **CRASHED)
    with pytest.raises(StepError, match="ended with exit code 1"):
        expired(monkeypatch, run)


def test_a_failure_in_a_wait_is_explained_too(run, fake_api, monkeypatch):
    """Flink's operator says that the JobManager does not come; the node says why."""
    put_node(fake_api, "n1", ready="Unknown")
    put_pod(run, fake_api, "jm", phase="Running")

    def check(_run):
        raise StepError("JobManager deployment is missing")

    with pytest.raises(RunEndsError, match=r"JobManager deployment is missing; pods/.*: its node n1 is not ready"):
        expired(monkeypatch, run, check)


def test_a_wish_to_stop_needs_no_explanation(run, fake_api, monkeypatch):
    """Whatever else is wrong, it is the reason."""
    put_pod(run, fake_api, "tm", **PULLING)
    run.attempt.append(StopRequested(at=AT, by="me"))
    with pytest.raises(StepError, match=r"^stopped by me$"):
        expired(monkeypatch, run)


def test_a_cluster_that_may_not_be_looked_at_leaves_the_bare_message(run, fake_api, monkeypatch):
    """And the run ends as it would have."""
    put_pod(run, fake_api, "tm", **PULLING)
    fake_api.forbidden = {("list", "nodes")}
    with pytest.raises(StepError, match=r"not yet$"):
        expired(monkeypatch, run)


def test_pods_of_other_runs_and_teams_are_not_looked_at(run, fake_api):
    """Their trouble is theirs."""
    fake_api.put(PODS, {"metadata": {"name": "theirs", "namespace": run.namespace}, "spec": {}, "status": PULLING})
    assert look_for_trouble(run, "drained") == []
    assert run.journal.all(Trouble) == []


def test_events_about_what_could_not_be_made_are_found_by_their_name(run, fake_api):
    """There is no pod to ask."""
    name = f"{run.plan.copies['stable'].deployment}-5d8f"
    about = {"kind": "ReplicaSet", "name": name}
    event = {"involvedObject": about, "type": "Warning", "reason": "FailedCreate", "message": "exceeded quota: q"}
    fake_api.put(EVENTS, {"metadata": {"name": "e", "namespace": run.namespace}, **event})
    fake_api.put(
        EVENTS,
        {"metadata": {"name": "f", "namespace": run.namespace}, **event, "involvedObject": about | {"name": "other"}},
    )
    (cause,) = look_for_trouble(run, "drained")
    assert (cause.told, cause.whose, cause.outside) == (
        f"replicasets/{name}: FailedCreate: exceeded quota: q",
        "stable",
        True,
    )


def test_a_jobmanager_without_taskmanagers_is_asked_who_refused_them(run, fake_api):
    """Its log is the only place."""
    name = put_pod(run, fake_api, "jm", phase="Running")
    fake_api.logs[name] = 'Message: pods "tm" is forbidden: exceeded quota: q. Received status: x'
    (cause,) = look_for_trouble(run, "drained")
    assert (cause.whose, cause.words) == ("chaos", 'no TaskManager: pods "tm" is forbidden: exceeded quota: q')
    put_pod(run, fake_api, "tm", role="taskmanager", phase="Running")
    assert look_for_trouble(run, "drained") == []


@pytest.fixture
def drained(run, fake_api):
    """Its node is drained, and the other one would have room for it."""
    put_node(fake_api, "n2")
    run.attempt.append(NodesBefore(at=BEGIN, drained="n1", closed={}, open=["n2"], evicted_owners=[]))
    put_pod(run, fake_api, "tm", node=None, memory="3Gi", **WAITING)
    return run


def test_room_that_the_drain_takes_is_the_finding(drained, fake_api):
    """Told, and not from outside."""
    put_node(fake_api, "n2", memory="2Gi")
    (cause,) = look_for_trouble(drained, "no room")
    assert (cause.outside, cause.words) == (False, f"no node: {INSUFFICIENT}")


def test_room_that_others_take_meanwhile_is_from_outside(drained, fake_api):
    """A node that is lost beside the drained one."""
    put_node(fake_api, "n2", ready="Unknown")
    (cause,) = look_for_trouble(drained, "no room")
    assert (cause.outside, cause.words.endswith("it would have found one, but node n2 is not ready")) == (True, True)


def test_no_room_where_nothing_is_drained_is_from_outside(run, fake_api):
    """And is looked for as soon as the recovery has waited long enough."""
    put_pod(run, fake_api, "tm", node=None, phase="Pending", conditions=WAITING["conditions"])
    clock = FakeClock()
    with using(clock):
        assert not check_room(run)
        clock.sleep(run.plan.request.recovery_deadline_seconds + 1)
        assert check_room(run)
    assert run.journal.last(Unschedulable).message == INSUFFICIENT
    assert [cause.outside for cause in run.journal.last(Trouble).causes] == [True]


def test_a_drain_that_is_done_is_looked_back_on(run, fake_api, monkeypatch):
    """What was overcome is kept: it may explain a restart."""
    put_node(fake_api, "n1", ready="False")
    put_pod(run, fake_api, "tm", phase="Running", role="taskmanager")
    done = waits.WAITS["drain_chaos"]
    monkeypatch.setitem(
        waits.WAITS,
        "drain_chaos",
        waits.Wait(
            lambda _: Progress(done=True, message="lag 0"),
            done.expired,
            done.seconds,
            of_pods=done.of_pods,
            looks_back=done.looks_back,
        ),
    )
    waits.wait_for("drain_chaos", run, lambda _: None)
    assert [(fact.moment, fact.wait) for fact in run.journal.all(Trouble)] == [("drained", "drain_chaos")]


@pytest.mark.parametrize("name", ["lock", "sinks", "observe", "observed", "removal"])
def test_waits_that_are_for_no_pod_ask_for_none(name):
    """A lock that is held is nobody's trouble."""
    assert not waits.WAITS[name].of_pods


@pytest.mark.parametrize(("ready", "error"), [("Unknown", RunEndsError), ("True", StepError)])
def test_a_jobmanager_that_cannot_be_asked_before_the_fault_is_explained(run, fake_api, ready, error):
    """A node that is not ready for half a minute is waited for; one that stays so is no fault of the application."""
    put_node(fake_api, "n1", ready=ready)
    put_pod(run, fake_api, "jm", phase="Running")
    clock = FakeClock()
    with using(clock), pytest.raises(error, match="told nothing of its job for 60 s: no fault yet"):
        see_before_fault(run)
    assert clock.passed >= 60
