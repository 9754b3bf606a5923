import math

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.patience import patient
from flink_chaos.cluster.resources import PODS
from flink_chaos.model.journal import Journal
from flink_chaos.steps import waits
from flink_chaos.steps.run import Progress, Pulse, StepError

from tests.unit.cluster.fake_api import Lost
from tests.unit.fake_clock import FakeClock
from tests.unit.plans import a_plan
from tests.unit.runs import a_run


class FakeAttempt:
    def verdict(self):
        return None

    def journal(self, _kind):
        return Journal([])


class FakeRun:
    plan, attempt, pulse = a_plan(), FakeAttempt(), Pulse(math.inf)


def wait(monkeypatch, answers, expired=lambda _run, _message: None, seconds=10):
    """Play the answers, one a question; the last one stays. Return what was said and the clock."""
    left, said, clock = list(answers), [], FakeClock()

    def check(_run):
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(check, expired, lambda _: seconds))
    with using(clock):
        waits.wait_for("test", FakeRun(), said.append)
    return said, clock


PENDING, DONE = Progress(done=False, message="not yet"), Progress(done=True, message="there")


def test_a_wait_ends_with_done(monkeypatch):
    """And says each new answer once."""
    said, clock = wait(monkeypatch, [PENDING, PENDING, DONE])
    assert (said, clock.passed) == (["not yet", "there"], 4.0)


def test_a_system_that_does_not_answer_is_asked_again(monkeypatch):
    """Only the deadline decides."""
    said, _ = wait(monkeypatch, [ClusterError("API server is away"), DONE])
    assert said == ["API server is away", "there"]


def test_what_is_forbidden_is_not_waited_for(monkeypatch):
    """No time allows it."""
    with pytest.raises(StepError, match="cannot get leases"):
        wait(monkeypatch, [ClusterError("cannot get leases: 403 Forbidden", 403, "Forbidden"), DONE])


def test_a_deadline_that_passed_is_told_with_the_last_answer(monkeypatch):
    """What happens then, the wait itself knows."""
    told = []
    wait(monkeypatch, [PENDING], lambda _run, message: told.append(message))
    assert told == ["not yet"]


@pytest.mark.parametrize("name", list(waits.WAITS))
def test_every_wait_has_a_deadline(name):
    """Nothing waits for ever."""
    assert 0 < waits.WAITS[name].seconds(a_plan().deadlines) <= 4 * 3600


def test_a_question_is_asked_once_however_patient_the_step_is(monkeypatch, cluster, fake_api):
    """Its wait asks again anyway: an outage is told at once, and over as soon as it is over."""
    fake_api.outage = [Lost(503), Lost(503)]

    def check(_run):
        return Progress(done=not cluster.list(PODS, "ns"), message="there")

    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(check, lambda _run, _message: None, lambda _: 10))
    clock = FakeClock()
    with using(clock), patient():
        waits.wait_for("test", FakeRun(), lambda _: None)
    assert clock.passed == 2 * waits.WAITS["test"].interval


def test_an_api_server_without_its_roles_yet_forbids_nothing_for_good(monkeypatch):
    """It has only just started."""
    said, _ = wait(monkeypatch, [ClusterError('RBAC: clusterrole "x" not found', 403, "Forbidden"), DONE])
    assert said[-1] == "there"


def test_a_deed_within_a_question_is_done_though_its_answer_is_lost(monkeypatch, cluster, fake_api):
    """Such as the resume of a drill: asked again, the copy would seem never to have stopped."""
    fake_api.put(PODS, {"metadata": {"name": "p", "namespace": "ns"}})

    def check(_run):
        fake_api.outage = [Lost(0, done=True)]
        return Progress(done=bool(cluster.merge(PODS, "ns", "p", {"spec": {"a": 1}})), message="there")

    monkeypatch.setitem(waits.WAITS, "test", waits.Wait(check, lambda _run, _message: None, lambda _: 10))
    with using(FakeClock()):
        assert waits.ask(waits.WAITS["test"], FakeRun()).done


def test_a_store_that_does_not_answer_is_asked_again(monkeypatch, tmp_path):
    """As every other system: its disk may be another machine's."""
    run = a_run(tmp_path)

    def refuse(*_):
        raise TimeoutError("the file server is away")

    monkeypatch.setattr("flink_chaos.store.files.os.listdir", refuse)
    told = waits.ask(waits.WAITS["observed"], run)
    assert (told.done, "the file server is away; see that it can be reached" in told.message) == (False, True)
