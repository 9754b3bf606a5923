import pytest
from flink_chaos.cluster.proxy import ServiceError
from flink_chaos.flink.http import HttpService


def test_a_path_of_the_address_goes_before_every_request(fake_gateway):
    """Such as a gateway behind an ingress."""
    seen = []
    fake_gateway.answer = lambda request: (200, seen.append((request.path, request.query)) or {"ok": 1})
    assert HttpService(fake_gateway.url + "/flink/").request("GET", "/v2/info", query={"a": "b"}) == {"ok": 1}
    assert seen == [("/flink/v2/info", {"a": "b"})]


def test_user_and_password_are_sent_and_demanded(fake_gateway):
    """A wrong one is told, and what to do."""
    fake_gateway.credentials = "me:secret"
    right, wrong = (HttpService(fake_gateway.url, ("me", password)) for password in ("secret", "guess"))
    assert right.request("GET", "/v2/info")["productName"] == "Apache Flink"
    with pytest.raises(ServiceError, match=r"GET /v2/info of http.*: 401: .*who are you.*Check user and password"):
        wrong.request("GET", "/v2/info")


def test_an_address_without_a_service_is_one_line(fake_gateway):
    """The reason of the system, without the objects of the library."""
    fake_gateway.server.shutdown()
    fake_gateway.server.server_close()
    with pytest.raises(ServiceError, match=r"no answer: .*Connection refused. Check that the service runs") as told:
        HttpService(fake_gateway.url).request("GET", "/v2/info", timeout=5)
    assert (told.value.status, "object at" in str(told.value)) == (0, False)


def test_a_service_that_speaks_no_tls_is_told(fake_gateway):
    """With the scheme as what to check."""
    address = fake_gateway.url.replace("http:", "https:")
    with pytest.raises(ServiceError, match=r"no answer: .*SSL.*Check the scheme"):
        HttpService(address).request("GET", "/v2/info", timeout=5)


def test_a_redirect_is_an_error(fake_gateway):
    """A statement that is sent on as a GET would be lost."""
    fake_gateway.broken["POST"] = (302, "/v2/info")
    with pytest.raises(ServiceError, match=r"POST /v2/sessions of .*: 302: .*Check scheme, host, port and path"):
        HttpService(fake_gateway.url).request("POST", "/v2/sessions", {"properties": {}})


def test_an_answer_that_is_no_json_is_an_error(fake_gateway):
    """Another server at that port."""
    fake_gateway.broken["GET"] = (200, "<html>welcome</html>")
    with pytest.raises(ServiceError, match=r"answered no JSON: <html>welcome.*Check that the address"):
        HttpService(fake_gateway.url).request("GET", "/v2/info")


def test_a_named_bundle_is_the_one_that_is_used(fake_gateway, monkeypatch, tmp_path):
    """`requests` would let REQUESTS_CA_BUNDLE win; without one of our own the environment's is right."""
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    address = fake_gateway.url.replace("http:", "https:")
    for service, used in ((HttpService(address, ca_bundle=str(own)), own), (HttpService(address), other)):
        with pytest.raises(ServiceError, match=f"CA certificate bundle.*{used}.*certificate authority"):
            service.request("GET", "/v2/info", timeout=5)


@pytest.mark.parametrize(
    "path", ["/v2/../../x", "/v2/sessions/a?b=c", "/v2//x", "//evil.example/x", "/v2/%2e%2e/x", "@evil"]
)
def test_a_path_that_could_lead_elsewhere_is_not_sent(fake_gateway, path):
    """A password would go with it."""
    seen = []
    fake_gateway.answer = lambda request: (200, seen.append(request) or {})
    with pytest.raises(ServiceError, match=r"not sent: .* is no path of a request"):
        HttpService(fake_gateway.url, ("me", "secret")).request("GET", path)
    assert seen == []
