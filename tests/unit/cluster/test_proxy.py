import pytest
from flink_chaos.cluster import transport
from flink_chaos.cluster.objects import ClusterError
from flink_chaos.cluster.proxy import ServiceError, ServiceProxy
from flink_chaos.cluster.resources import PODS


def test_a_request_reaches_the_service_with_path_query_and_body(cluster, fake_api):
    """Through the API server, under the service's port."""
    seen = []
    fake_api.services["ns/app-rest:8081"] = lambda request, path: (
        200,
        seen.append((request.method, path, request.query, request.body)) or {"jobs": []},
    )
    proxy = ServiceProxy(cluster, "ns", "app-rest", 8081)
    assert proxy.request("GET", "/jobs/overview", query={"get": "x"}) == {"jobs": []}
    proxy.request("POST", "/jobs/1/checkpoints", {"checkpointType": "FULL"})
    assert seen == [
        ("GET", "/jobs/overview", {"get": "x"}, None),
        ("POST", "/jobs/1/checkpoints", {}, {"checkpointType": "FULL"}),
    ]
    assert fake_api.requests[0].path == "/api/v1/namespaces/ns/services/app-rest:8081/proxy/jobs/overview"


def test_a_service_that_speaks_tls_is_named_with_its_scheme(cluster, fake_api):
    """As the API server wants it."""
    fake_api.services["ns/https:gateway:rest"] = lambda *_: (200, {"ok": True})
    assert ServiceProxy(cluster, "ns", "gateway", "rest", scheme="https").request("GET", "v1/info") == {"ok": True}


def test_an_error_of_the_service_keeps_status_and_text(cluster, fake_api):
    """Flink's reason stands in the message, all of it in `text`."""
    fake_api.services["ns/app:8081"] = lambda *_: (404, {"errors": ["Job 1 not found", "at ..."]})
    with pytest.raises(
        ServiceError, match=r"GET /jobs/1 of service app:8081 in namespace 'ns': 404: .*Job 1 not"
    ) as told:
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/jobs/1")
    assert (told.value.status, told.value.text) == (404, '{"errors": ["Job 1 not found", "at ..."]}')


@pytest.mark.parametrize(
    ("errors", "gist"),
    [
        (["Job 1 not found.", "ignored"], "Job 1 not found. See"),
        (["E: outer\n\tat A.b(C.java:1)\nCaused by: X: middle\n\tat D\nCaused by: Y: inner\n\t... 9 more"],
         r"E: outer \(caused by Y: inner\). See"),
        (["Internal server error.", "<Exception on server side:\nE: outer\n\tat A\nCaused by: X: inner\n\nEnd of it>"],
         r"E: outer \(caused by X: inner\). See"),
        ([], r'\{"errors": \[\]\}. See'),
    ],
)  # fmt: skip
def test_of_a_stack_trace_the_first_and_the_deepest_reason_are_told(cluster, fake_api, errors, gist):
    """The frames between help nobody in a task's log."""
    fake_api.services["ns/app:8081"] = lambda *_: (500, {"errors": errors})
    with pytest.raises(ServiceError, match=f"500: {gist}"):
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/jobs/1")


def test_a_service_without_a_ready_pod_is_told(cluster):
    """The API server answers for it."""
    with pytest.raises(ServiceError, match=r"503: no endpoints available.*Check that the service has a ready pod"):
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/jobs")


def test_an_answer_that_is_no_json_is_an_error_and_an_empty_one_is_none(cluster, fake_api):
    """A login page is no answer."""
    answers = iter(["<html>", ""])
    fake_api.services["ns/app:8081"] = lambda *_: (200, next(answers))
    proxy = ServiceProxy(cluster, "ns", "app", 8081)
    with pytest.raises(ServiceError, match="answered no JSON: <html>"):
        proxy.request("GET", "/")
    assert proxy.request("DELETE", "/v1/sessions/1") is None


def test_an_api_server_that_does_not_answer_is_the_clusters_error(cluster, fake_api):
    """Not the service's."""
    fake_api.server.server_close()
    with pytest.raises(ClusterError, match="does not answer"):
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/", timeout=0.5)


EVIL = [
    "/jobs/../../../secrets/x",
    "/jobs/..",
    "/jobs//x",
    "/jobs/%2e%2e/x",
    "/jobs/a?watch=1",
    "/jobs/a#b",
    "/a\r\nX: y",
    "/jobs/é",
]


@pytest.mark.parametrize("path", EVIL)
def test_a_path_that_could_lead_elsewhere_is_not_sent(cluster, fake_api, path):
    """What an answer told may be in it: our token would go with it through the API server."""
    fake_api.services["ns/app:8081"] = lambda *_: (200, {})
    with pytest.raises(ServiceError, match=r"not sent: .* is no path of a request") as told:
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", path)
    assert (fake_api.requests, "\n" in str(told.value)) == ([], False)


@pytest.mark.parametrize(("namespace", "service"), [("..", "app"), ("ns/x", "app"), ("ns", "../app"), ("", "app")])
def test_a_service_of_no_name_is_refused(cluster, namespace, service):
    """Its place is named by a profile."""
    with pytest.raises(ClusterError, match="is no name of a Kubernetes object"):
        ServiceProxy(cluster, namespace, service, 8081)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_redirect_of_a_pod_is_not_followed(cluster, fake_api, status, method):
    """It could name any object of the API server, which would see our token, or another server."""
    where = fake_api.url + "/api/v1/namespaces/ns/secrets/x"
    fake_api.services["ns/app:8081"] = lambda *_: (status, where)
    with pytest.raises(ServiceError, match=rf"{status}: .*redirects elsewhere, which is not followed"):
        ServiceProxy(cluster, "ns", "app", 8081).request(method, "/jobs")
    assert [request.path for request in fake_api.requests] == ["/api/v1/namespaces/ns/services/app:8081/proxy/jobs"]


def test_a_redirect_of_the_api_server_is_not_followed(cluster, fake_api):
    """An object is where it is."""
    fake_api.answer = lambda request: (302, "/elsewhere") if request.path.startswith("/api") else (200, {"kind": "Pod"})
    with pytest.raises(ClusterError, match=r"cannot get pods 'p'.*302"):
        cluster.get(PODS, "ns", "p")


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("text", ["[" * 100_000, '{"errors": ' + "[" * 100_000])
def test_an_answer_without_end_of_brackets_is_no_json(cluster, fake_api, status, text):
    """Python would give up reading it otherwise than by an error of JSON."""
    fake_api.services["ns/app:8081"] = lambda *_: (status, text)
    with pytest.raises(ServiceError) as told:
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/jobs")
    assert len(str(told.value)) < 1_000


@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_an_answer_that_is_no_utf_8_is_one_line(cluster, fake_api, status):
    """Kubernetes' client takes every error for UTF-8."""
    fake_api.services["ns/app:8081"] = lambda *_: (status, b"\xff\xfe oops")
    with pytest.raises(ServiceError, match=f"{status}: .*oops|answered no JSON: .*oops") as told:
        ServiceProxy(cluster, "ns", "app", 8081).request("GET", "/jobs")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("longer", [0, 1])
def test_an_answer_that_does_not_end_is_refused(cluster, fake_api, monkeypatch, longer):
    """A pod may write for ever; what is as long as it may be is read, and the connection goes on."""
    monkeypatch.setattr(transport, "MOST_BYTES", 1_000)
    fake_api.services["ns/app:8081"] = lambda *_: (200, '"' + "x" * (998 + longer) + '"')
    proxy = ServiceProxy(cluster, "ns", "app", 8081)
    if longer:
        with pytest.raises(ClusterError, match=r"answers with more than 1,000 bytes"):
            proxy.request("GET", "/jobs")
    else:
        assert len(proxy.request("GET", "/jobs")) == 998
    fake_api.services["ns/app:8081"] = lambda *_: (200, "7")
    assert proxy.request("GET", "/jobs") == 7
