from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from docker import health


@pytest.fixture
def airflow():
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"scheduler": {"status": "healthy"}, "triggerer": {"status": None}}).encode())

        def log_message(self, *words: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_component_is_healthy_when_airflow_says_so(airflow):
    """Anything else, also silence, is a problem with a name."""
    assert health.problem("scheduler", airflow) == ""
    assert health.problem("triggerer", airflow) == "triggerer: None"
    assert health.problem("unknown", airflow) == "unknown: None"


def test_an_airflow_that_does_not_answer_is_an_error():
    """The check then ends badly, as it has to."""
    with pytest.raises(OSError, match="refused"):
        health.problem("scheduler", "http://127.0.0.1:9")
