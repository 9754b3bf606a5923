"""Slack's Web API in memory, as far as `chat.postMessage` and `chat.update` tell: tokens, channels, encoding, limits.

Serves as an HTTP proxy to itself too. Not modelled: rate limits, scopes, files, who may edit whose message.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from typing import Self

TOKEN = "xoxb-fake"
HANG, BREAK = "hang", "break"


@dataclass
class FakeSlack:
    """A workspace with one channel. `trouble` makes it hang or answer 500, `slow` is how many seconds it takes to answer;
    `messages` are those that went in, as they are now, `calls` all that were taken; `closed` is what it says of an edit.
    """

    channels: dict[str, str] = field(default_factory=lambda: {"#chaos": "C0CHAOS"})
    trouble: str | None = None
    slow: float = 0
    closed: str | bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"slack": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Where it listens; as a proxy too."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def connection(self, token: str = TOKEN, **extra: Any) -> str:
        """The value of an AIRFLOW_CONN_... variable that leads here."""
        extra = {"base_url": f"{self.address}/api/"} | extra
        return json.dumps({"conn_type": "slack", "password": token, "extra": extra})

    def answer(self, method: str, token: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
        """What Slack says to a call."""
        if token != TOKEN:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        if method not in ("chat.postMessage", "chat.update"):
            return {"ok": False, "error": "unknown_method"}
        if arguments.get("channel") not in {*self.channels, *self.channels.values()}:
            return {"ok": False, "error": "channel_not_found"}
        error = _refused(arguments)
        if error:
            return {"ok": False, "error": error}
        self.calls.append((method, arguments))
        if method == "chat.update":
            return self._updated(arguments)
        self.messages.append(arguments)
        channel = self.channels.get(arguments["channel"], arguments["channel"])
        return {"ok": True, "channel": channel, "ts": f"1700000000.{len(self.messages):06}", "message": arguments}

    def _updated(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Unlike a new message it takes a channel's id only."""
        number = int(arguments["ts"].rpartition(".")[2])
        if self.closed:
            return {"ok": False, "error": self.closed if isinstance(self.closed, str) else "edit_window_closed"}
        if arguments["channel"] not in self.channels.values() or not 0 < number <= len(self.messages):
            return {"ok": False, "error": "message_not_found"}
        self.messages[number - 1] |= arguments
        return {"ok": True, "channel": arguments["channel"], "ts": arguments["ts"], "text": arguments["text"]}

    def wait(self) -> None:
        """As long as an answer takes."""
        if self.slow:
            self._closed.wait(self.slow)

    def hang(self) -> None:
        """Until the workspace is closed."""
        self._closed.wait()


def _refused(arguments: dict[str, Any]) -> str | None:
    """Slack's error for a message that it does not take, None when it takes it."""
    for name in ("blocks", "attachments"):
        if isinstance(arguments.get(name), str):
            try:
                arguments[name] = json.loads(arguments[name])
            except ValueError:
                return f"invalid_{name}_format"
    attachments = arguments.get("attachments") or []
    blocks = [*(arguments.get("blocks") or []), *(b for a in attachments for b in a.get("blocks", []))]
    if not (blocks or attachments or arguments.get("text")):
        return "no_text"
    texts = [(b["type"], part["text"]) for b in blocks for part in b.get("elements", [b.get("text")]) if part]
    if len(blocks) > 50 or any(len(text) > (150 if kind == "header" else 3000) for kind, text in texts):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(len(text) for _, text in texts) > 11_000 else None


class _Handler(BaseHTTPRequestHandler):
    slack: FakeSlack

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.slack.hosts.append(self.headers["Host"])
        if self.slack.trouble == HANG:
            self.slack.hang()
        elif self.slack.trouble == BREAK:
            self._write(500, "text/html", "<html>upstream is down</html>")
        else:
            arguments = self._arguments(body)
            token = arguments.pop("token", None) or (self.headers["Authorization"] or "").removeprefix("Bearer ")
            self.slack.wait()
            answer = self.slack.answer(url.path.removeprefix("/api/"), token, arguments)
            self._write(200, "application/json", json.dumps(answer))

    def _arguments(self, body: str) -> dict[str, Any]:
        if self.headers.get_content_type() == "application/json":
            return dict(json.loads(body))
        return dict(parse_qsl(body))

    def _write(self, status: int, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
