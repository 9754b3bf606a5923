import threading

import pytest
from flink_chaos.clock import using
from flink_chaos.cluster.leases import acquire, holder_of, release, take_over
from flink_chaos.cluster.objects import CONFIG_MAPS, FLINK_DEPLOYMENTS, LEASES, ClusterError
from flink_chaos.cluster.patience import patient
from flink_chaos.cluster.proxy import ServiceError, ServiceProxy

from tests.unit.cluster.fake_api import Lost
from tests.unit.fake_clock import FakeClock


@pytest.fixture
def clock():
    """A clock that passes when somebody sleeps."""
    clock = FakeClock()
    with using(clock):
        yield clock


def config_map(**labels):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": "ns", "labels": labels},
        "data": {"a": "1"},
    }


OUTAGES = [
    [Lost(0)] * 2,
    [Lost(429, reason="TooManyRequests", retry_after=3)],
    [Lost(500, reason="InternalError")],
    [Lost(503, reason="ServiceUnavailable")] * 4,
    [Lost(504, reason="Timeout"), Lost(502, reason="BadGateway")],
]
CALLS = {
    "get": lambda cluster: cluster.get(CONFIG_MAPS, "ns", "c"),
    "list": lambda cluster: cluster.list(CONFIG_MAPS, "ns"),
    "apply": lambda cluster: cluster.apply(CONFIG_MAPS, config_map()),
    "merge": lambda cluster: cluster.merge(CONFIG_MAPS, "ns", "c", {"data": {"a": "2"}}),
    "replace": lambda cluster: cluster.replace(CONFIG_MAPS, config_map()),
    "delete": lambda cluster: cluster.delete(CONFIG_MAPS, "ns", "c"),
    "allowed": lambda cluster: cluster.allowed("get", CONFIG_MAPS, "ns"),
    "create": lambda cluster: cluster.create(FLINK_DEPLOYMENTS, "ns", {"metadata": {"name": "new"}}),
}


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: str(outage[0].status))
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_short_outage_costs_seconds(cluster, fake_api, clock, call, outage):
    """Whatever is called, and however the API server fails."""
    fake_api.put(CONFIG_MAPS, config_map())
    fake_api.outage = list(outage)
    with patient():
        assert call(cluster)
    assert (fake_api.outage, 0 < clock.passed < 20 or outage[0].status == 0) == ([], True)


def test_the_server_says_how_long_it_wants_to_be_left_alone(cluster, fake_api, clock):
    """Retry-After is the least pause."""
    fake_api.outage = [Lost(429, retry_after=17)]
    with patient():
        cluster.get(CONFIG_MAPS, "ns", "c")
    assert clock.passed == 17


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_what_the_server_has_decided_is_not_asked_again(cluster, fake_api, clock, status):
    """It would say the same."""
    fake_api.outage = [Lost(status, reason="Decided")]
    with patient(), pytest.raises(ClusterError):
        cluster.list(CONFIG_MAPS, "ns")
    assert (len(fake_api.requests), clock.passed) == (1, 0)


def test_an_api_server_without_its_roles_has_only_just_started(cluster, fake_api, clock):
    """It forbids what it allows a second later."""
    fake_api.outage = [Lost(403, reason='configmaps is forbidden: RBAC: clusterrole "view" not found')]
    with patient():
        assert cluster.list(CONFIG_MAPS, "ns") == []


def test_an_outage_that_does_not_end_is_told_after_a_minute(cluster, fake_api, clock):
    """And the next call of the same step does not wait for another one."""
    fake_api.outage = [Lost(503)] * 99
    with patient():
        for _ in range(5):
            with pytest.raises(ClusterError, match="503"):
                cluster.list(CONFIG_MAPS, "ns")
    assert 45 < clock.passed <= 60


def test_nobody_repeats_unasked(cluster, fake_api, clock):
    """A wait asks again by itself, and an observer's thread has no time."""
    fake_api.outage = [Lost(503)] * 3
    with patient(), patient(0), pytest.raises(ClusterError):
        cluster.list(CONFIG_MAPS, "ns")
    assert clock.passed == 0
    failed = []
    with patient():
        thread = threading.Thread(target=lambda: failed.append(_fails(cluster)))
        thread.start()
        thread.join()
    assert (failed, clock.passed) == ([True], 0)


def _fails(cluster):
    try:
        cluster.list(CONFIG_MAPS, "ns")
    except ClusterError:
        return True
    return False


def test_a_certificate_that_is_not_trusted_is_not_trusted_later(cluster, clock, monkeypatch):
    """Nor is anything sent to it a second time."""
    tried = []

    def refuse(*_, **__):
        tried.append(1)
        raise OSError("SSLError certificate verify failed")

    monkeypatch.setattr(cluster.api, "call_api", refuse)
    with patient(), pytest.raises(ClusterError, match="certificate authority"):
        cluster.get(CONFIG_MAPS, "ns", "c")
    assert len(tried) == 1


@pytest.mark.parametrize("lost", [Lost(0, done=True), Lost(504, done=True)])
def test_a_create_whose_answer_was_lost_is_found_done(cluster, fake_api, clock, lost):
    """By our labels; nothing is created twice, and nothing is left unknown."""
    fake_api.outage = [lost]
    with patient():
        made = cluster.create(CONFIG_MAPS, "ns", config_map(run="r1"))
    assert made["metadata"]["uid"] == fake_api.look(CONFIG_MAPS, "ns", "c")["metadata"]["uid"]


@pytest.mark.parametrize(("theirs", "outage"), [({"run": "r2"}, [Lost(503)]), ({"run": "r1"}, [])])
def test_what_somebody_else_has_made_is_not_taken_for_ours(cluster, fake_api, clock, theirs, outage):
    """Other labels, or nothing of ours was lost."""
    fake_api.put(CONFIG_MAPS, config_map(**theirs))
    fake_api.outage = outage
    with patient(), pytest.raises(ClusterError, match="AlreadyExists"):
        cluster.create(CONFIG_MAPS, "ns", config_map(run="r1"))


def test_a_delete_whose_answer_was_lost_has_deleted(cluster, fake_api, clock):
    """Gone at the second try means that the first one did it."""
    fake_api.put(CONFIG_MAPS, config_map())
    fake_api.outage = [Lost(0, done=True)]
    with patient():
        assert cluster.delete(CONFIG_MAPS, "ns", "c") is True
        assert cluster.delete(CONFIG_MAPS, "ns", "c") is False


def test_an_object_that_was_modified_between_is_patched_again(cluster, fake_api, clock):
    """The conflict was the API server's own: a merge names no version."""
    fake_api.put(CONFIG_MAPS, config_map())
    fake_api.outage = [Lost(409, reason="Conflict")]
    with patient():
        assert cluster.merge(CONFIG_MAPS, "ns", "c", {"data": {"b": "2"}})["data"] == {"a": "1", "b": "2"}


def test_a_lock_is_ours_though_each_answer_was_lost(cluster, fake_api, clock):
    """Taken, handed on and freed once each, and told so."""
    with patient():
        fake_api.outage = [None, Lost(504, done=True)]
        assert acquire(cluster, "ns", "lock", "one") is None
        fake_api.outage = [None, Lost(504, done=True)]
        assert take_over(cluster, "ns", "lock", "one", "two", {"run": "two"}) is True
        assert cluster.get(LEASES, "ns", "lock")["metadata"]["annotations"] == {"run": "two"}
        fake_api.outage = [None, Lost(504, done=True)]
        assert release(cluster, "ns", "lock", "two") is True
        assert holder_of(cluster, "ns", "lock") is None


def test_a_service_that_is_away_is_asked_for_some_seconds(cluster, fake_api, clock):
    """It may be meant to be away; and what changes something is sent once."""
    calls = []

    def serve(request, path):
        calls.append(request.method)
        return (200, {"ok": True}) if len(calls) == 3 else (503, "no leader")

    fake_api.services["ns/jm:80"] = serve
    service = ServiceProxy(cluster, "ns", "jm", 80)
    with patient():
        assert service.request("GET", "/jobs") == {"ok": True}
        assert clock.passed == 1.5
        with pytest.raises(ServiceError):
            service.request("POST", "/jobs", {})
        with pytest.raises(ServiceError):
            service.request("GET", "/jobs")
    assert (calls[3], clock.passed <= 11.5) == ("POST", True)


def test_a_service_is_waited_for_as_long_as_the_api_server_is_away(cluster, fake_api, clock):
    """That is an outage, and none of the service."""
    fake_api.services["ns/jm:80"] = lambda _request, _path: (200, {"ok": True})
    fake_api.before = [lambda _: clock.sleep(20)]
    fake_api.outage = [Lost(0)] * 6
    with patient():
        assert ServiceProxy(cluster, "ns", "jm", 80).request("GET", "/jobs") == {"ok": True}
    assert clock.passed > 20


def test_what_nobody_took_is_sent_again(cluster, fake_api, clock):
    """A statement is run once, but one that never arrived is run at last."""
    sent = []

    def serve(request, _path):
        sent.append(request.method)
        return (
            (200, {"ok": True})
            if len(sent) > 2
            else (503, "error trying to reach service: dial tcp: connect: connection refused")
        )

    fake_api.services["ns/gw:80"] = serve
    with patient():
        assert ServiceProxy(cluster, "ns", "gw", 80).request("POST", "/statements", {}) == {"ok": True}


def test_an_answer_that_is_no_kubernetes_object_is_told(cluster, fake_api, monkeypatch):
    """A login page of a proxy on the way, say."""
    monkeypatch.setattr(fake_api, "_served", lambda _request: (200, "<html>Sign in</html>"))
    with pytest.raises(ClusterError, match="answered no Kubernetes object, but '<html>Sign in</html>'"):
        cluster.get(CONFIG_MAPS, "ns", "c")


def test_a_list_that_expired_between_its_pages_is_read_at_once(cluster, fake_api):
    """Etcd forgets old versions after some minutes."""
    for number in range(501):
        fake_api.put(CONFIG_MAPS, {"metadata": {"name": f"c{number}", "namespace": "ns"}})
    fake_api.outage = [None, Lost(410, reason="Expired")]
    assert len(cluster.list(CONFIG_MAPS, "ns")) == 501


def test_a_deed_of_who_does_not_wait_is_repeated_for_some_seconds(cluster, fake_api, clock):
    """Its answer was lost: asked again, it would look as if somebody else had done it."""
    fake_api.put(CONFIG_MAPS, config_map())
    with patient(0, writes=10):
        fake_api.outage = [Lost(0, done=True)]
        assert cluster.merge(CONFIG_MAPS, "ns", "c", {"data": {"b": "2"}})["data"] == {"a": "1", "b": "2"}
        fake_api.outage = [Lost(503)] * 99
        with pytest.raises(ClusterError):
            cluster.merge(CONFIG_MAPS, "ns", "c", {})
        assert clock.passed <= 10.5
        begin = clock.passed
        with pytest.raises(ClusterError):
            cluster.get(CONFIG_MAPS, "ns", "c")
        assert clock.passed == begin


@pytest.mark.parametrize("seconds", [0, 60])
def test_what_an_api_server_forbids_while_it_starts_is_an_outage(cluster, fake_api, clock, seconds):
    """It knows no roles yet. Who waits asks again by itself, who acts once is patient."""
    fake_api.put(CONFIG_MAPS, config_map())
    fake_api.starting = 3
    with patient(seconds):
        if seconds:
            assert cluster.get(CONFIG_MAPS, "ns", "c") is not None
            return
        with pytest.raises(ClusterError, match=r"is starting and has no roles yet .*informer-sync failed") as told:
            cluster.get(CONFIG_MAPS, "ns", "c")
    assert told.value.status == 0


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_refused_until_users_and_roles_are_known_is_asked_again_at_once(cluster, fake_api, clock, status):
    """The server became ready between the answer and our question."""
    fake_api.put(CONFIG_MAPS, config_map())
    fake_api.outage = [Lost(status, reason="Refused")]
    assert cluster.get(CONFIG_MAPS, "ns", "c") is not None


def test_what_a_ready_api_server_forbids_stays_forbidden(cluster, fake_api, clock):
    """However patient we are; nor does it matter that we may not ask whether it is ready."""
    for outage in ([], [None, Lost(403, reason="Forbidden")], [None, Lost(404, reason="NotFound")]):
        fake_api.forbidden, fake_api.outage = {("get", "configmaps")}, list(outage)
        with patient(), pytest.raises(ClusterError, match="403 Forbidden"):
            cluster.get(CONFIG_MAPS, "ns", "c")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_service_that_an_api_server_hides_while_it_starts_comes_back(cluster, fake_api, clock, method):
    """What was forbidden reached nobody, so it may be sent again."""
    fake_api.services["ns/svc:80"] = lambda *_: (200, {"ok": True})
    fake_api.starting = 3
    with patient():
        assert ServiceProxy(cluster, "ns", "svc", 80).request(method, "/x") == {"ok": True}


def test_a_right_is_denied_only_by_an_api_server_that_knows_its_roles(cluster, fake_api, clock):
    """A no of the first moments is none."""
    fake_api.starting = 3
    with patient():
        assert cluster.allowed("get", CONFIG_MAPS, "ns")
    fake_api.forbidden = {("get", "configmaps")}
    with patient():
        assert not cluster.allowed("get", CONFIG_MAPS, "ns")
