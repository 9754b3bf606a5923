import pytest
from flink_chaos.cluster.errors import refusal, unreachable


@pytest.mark.parametrize(
    ("status", "body", "reason", "message"),
    [
        (
            403,
            '{"kind":"Status","reason":"Forbidden","message":"no"}',
            "Forbidden",
            "403 Forbidden: no. Give this user",
        ),
        (502, "<html>\n bad  gateway</html>", "Bad Gateway", "502 Bad Gateway: <html> bad gateway</html>. See the API"),
        (404, "", "Not Found", "404 Not Found: no reason given. Check the name"),
        (599, "[]", "Refused", "599 Refused: []. See the API"),
    ],
)
def test_a_refusal_is_one_line_whatever_the_body_is(status, body, reason, message):
    """Status objects, a proxy's HTML, nothing at all."""
    error = refusal("do it", "https://k", status, body)
    assert (error.status, error.reason) == (status, reason)
    assert str(error).startswith(f"cannot do it at https://k: {message}")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("Connection refused", "Check that the server runs"),
        ("SSLError certificate verify failed", "certificate authority"),
        ("SSLEOFError: EOF occurred in violation of protocol", "reachable from here"),
        ("Connection refused by k8s-ssl.example.com", "reachable from here"),
    ],
)
def test_a_server_that_is_not_there_and_one_that_is_not_trusted_have_their_own_remedy(why, remedy):
    """Status 0 means that no answer was had."""
    error = unreachable("do it", "https://k", why)
    assert (error.status, error.reason) == (0, "Untrusted" if "verify failed" in why else "Unreachable")
    assert remedy in str(error)
