"""Flink SQL Gateway: statements in, rows out. REST version 2, which every gateway since Flink 1.17 speaks."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.proxy import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.cluster.proxy import ServiceProxy

PAUSE = 0.2
BATCH = {"execution.runtime-mode": "batch"}
"""In streaming mode a COUNT is a changelog."""


class GatewayError(Exception):
    """A statement that the gateway refused or could not finish: which, why."""


@dataclass(frozen=True)
class Result:
    """Rows of a statement."""

    columns: list[str]
    rows: list[list[Any]]


class SqlGateway:
    """A gateway behind the API server's service proxy."""

    def __init__(self, proxy: ServiceProxy) -> None:
        self.proxy = proxy

    def info(self) -> str:
        """Product and version. Raises GatewayError when nobody answers."""
        answer = self._call("GET", "/info")
        return f"{answer['productName']} {answer['version']}"

    @contextmanager
    def session(self, properties: dict[str, str] | None = None) -> Iterator[Session]:
        """A session in batch mode, closed at the end."""
        handle = self._call("POST", "/sessions", {"properties": BATCH | (properties or {})})["sessionHandle"]
        try:
            yield Session(self, f"/sessions/{handle}")
        finally:
            self._call("DELETE", f"/sessions/{handle}")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            return self.proxy.request(method, path if path.startswith("/v") else f"/v2{path}", body, timeout=60)
        except ServiceError as error:
            raise GatewayError(f"{_cause(str(error))}") from error


class Session:
    """Statements of one session see each other's tables."""

    def __init__(self, gateway: SqlGateway, path: str) -> None:
        self._gateway = gateway
        self._path = path

    def execute(self, statement: str, timeout: float = 300) -> Result:
        """Run a statement to its end and return all its rows. Raises GatewayError, after `timeout` seconds too."""
        deadline = time.monotonic() + timeout
        operations = f"{self._path}/operations"
        call = self._gateway._call  # noqa: SLF001 - one class in two halves
        handle = call("POST", f"{self._path}/statements", {"statement": statement})["operationHandle"]
        try:
            return self._fetch(f"{operations}/{handle}/result/0?rowFormat=JSON", deadline, statement)
        finally:
            call("DELETE", f"{operations}/{handle}/close")

    def _fetch(self, uri: str | None, deadline: float, statement: str) -> Result:
        columns: list[str] = []
        rows: list[list[Any]] = []
        while uri:
            page = self._gateway._call("GET", uri)  # noqa: SLF001
            if page["resultType"] == "NOT_READY" or (page["resultType"] != "EOS" and not page["results"]["data"]):
                self._wait(deadline, statement)
            if "results" in page:
                columns = [column["name"] for column in page["results"]["columns"]]
                rows += [row["fields"] for row in page["results"]["data"]]
            uri = page.get("nextResultUri") or (uri if page["resultType"] == "NOT_READY" else None)
        return Result(columns, rows)

    @staticmethod
    def _wait(deadline: float, statement: str) -> None:
        if time.monotonic() > deadline:
            raise GatewayError(f"SQL Gateway: no end in time of: {' '.join(statement.split())[:120]}")
        time.sleep(PAUSE)


def _cause(text: str) -> str:
    """The innermost reason of a server's stack trace, in one line."""
    causes = [line.strip() for line in text.replace("\\n", "\n").splitlines() if "Caused by:" in line]
    return (causes[-1].removeprefix("Caused by:") if causes else text).strip()[:400]
