"""An HTTP server on loopback, for systems that tests keep in memory."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from flink_chaos import clock

if TYPE_CHECKING:
    from typing import Self

Answer = tuple[int, Any]
"""Status, and JSON, text or bytes; with a status of a redirect the text is where to."""


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


class FakeServer:
    """Start it with `with`; a subclass says what it answers, to one request at a time. Status 0 closes the connection."""

    def __enter__(self) -> Self:
        self.headers: dict[str, str] = {}  # of the next answer, once
        self.ahead = timedelta(0)  # of its clock before that of the tests
        lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"fake": self, "lock": lock})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: Request) -> Answer:
        """Serve one request."""
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServer
    lock: threading.RLock
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _serve(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        request = Request(self.command, url.path, dict(parse_qsl(url.query)), json.loads(body or "null"), headers)
        with self.lock:
            status, answer = self.fake.answer(request)
            text = answer if isinstance(answer, str | bytes) else json.dumps(answer)
            sent = text if isinstance(text, bytes) else text.encode()
            headers = self.fake.headers
            self.fake.headers = {}
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if 300 <= status < 400:
            self.send_header("Location", text)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

    def date_time_string(self, timestamp: float | None = None) -> str:
        """By the clock of the tests."""
        del timestamp
        return formatdate((clock.now() + self.fake.ahead).timestamp(), usegmt=True)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""
