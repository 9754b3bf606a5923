"""Flink SQL Gateway: statements in, rows out. REST version 2, which every gateway since Flink 1.17 speaks."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.proxy import ServiceError, deepest_cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAUSE = 0.2
BATCH = {"execution.runtime-mode": "batch"}
"""In streaming mode a COUNT is a changelog."""
STATEMENT_SECONDS = 300
REQUEST_SECONDS = 60
MISTAKES = ("ValidationException", "SqlParserException")
"""What Flink raises when the statement itself is wrong."""

log = logging.getLogger(__name__)


class Service(Protocol):
    """The way to a gateway: ServiceProxy through the API server, HttpService to an address."""

    name: str
    """For messages."""

    def request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        timeout: float = 15,
    ) -> Any:
        """Send one request and return the answer's JSON. Raises ServiceError (or ClusterError on the way)."""


class GatewayError(Exception):
    """What the gateway refused or could not finish, which gateway, why and what to do, in one line.

    `refused` means that the statement itself is wrong: it fails again however often it is tried.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True)
class Column:
    """A column of a result; `type` is the root of Flink's type, such as BIGINT or TIMESTAMP_WITHOUT_TIME_ZONE."""

    name: str
    type: str
    nullable: bool = True
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True)
class Result:
    """Rows of a statement, as JSON has them.

    `content` is false for a statement that answers OK only, `query` is true for one that reads tables.
    """

    schema: list[Column]
    rows: list[list[Any]]
    content: bool = True
    query: bool = True

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.schema]


class SqlGateway:
    """One gateway."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def info(self) -> str:
        """Product and version. Raises GatewayError when nobody answers."""
        answer = self.call("tell its version", "GET", "/info")
        return f"{answer['productName']} {answer['version']}"

    @contextmanager
    def session(self, properties: Mapping[str, str] | None = None) -> Iterator[Session]:
        """A session in batch mode (unless `properties` say otherwise), closed at the end."""
        body = {"properties": BATCH | dict(properties or {})}
        path = f"/sessions/{self.call('open a session', 'POST', '/sessions', body)['sessionHandle']}"
        try:
            yield Session(self, path)
        finally:
            self.close(path)

    def call(self, what: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one request. Raises GatewayError, which names `what`."""
        path = path if path.startswith("/v") else f"/v2{path}"
        try:
            return self.service.request(method, path, body, timeout=REQUEST_SECONDS)
        except ServiceError as error:
            refused = any(mistake in error.text for mistake in MISTAKES)
            remedy = "Correct the statement" if refused else error.remedy
            raise self.failure(what, deepest_cause(error.text) or error.reason, remedy, refused=refused) from error

    def failure(self, what: str, why: str, remedy: str, *, refused: bool = False) -> GatewayError:
        """Make the error that says what could not be done, where, why and what to do."""
        return GatewayError(f"SQL Gateway, {self.service.name}: cannot {what}: {why}. {remedy}", refused=refused)

    def close(self, path: str) -> None:
        """Close what is at `path`. A failure is only logged: it must not hide another one, and time closes it too."""
        try:
            self.call("close what it ran", "DELETE", path)
        except (GatewayError, ClusterError) as error:
            log.warning("left open until the gateway's idle time-out: %s", error)


class Session:
    """Statements of one session see each other's tables."""

    def __init__(self, gateway: SqlGateway, path: str) -> None:
        self._gateway = gateway
        self._path = path

    def execute(self, statement: str, timeout: float = STATEMENT_SECONDS) -> Result:
        """Run a statement to its end and return all its rows. Raises GatewayError, after `timeout` seconds too."""
        what = f"run `{' '.join(statement.split())[:120]}`"
        body = {"statement": statement}
        handle = self._gateway.call(what, "POST", f"{self._path}/statements", body)["operationHandle"]
        operation = f"{self._path}/operations/{handle}"
        try:
            return _result(list(self._pages(what, f"{operation}/result/0?rowFormat=JSON", timeout)))
        finally:
            self._gateway.close(f"{operation}/close")

    def _pages(self, what: str, uri: str | None, timeout: float) -> Iterator[dict[str, Any]]:
        """Every page with something in it, until the last one."""
        end = clock.monotonic() + timeout
        while uri:
            page = self._gateway.call(what, "GET", uri)
            if "results" in page:
                self._refuse_changes(what, page["results"]["data"])
                yield page
            uri = page.get("nextResultUri") or (uri if page["resultType"] == "NOT_READY" else None)
            if uri and clock.monotonic() > end:
                remedy = "Give it more time or less to do; a stream never ends"
                raise self._gateway.failure(what, f"no end within {timeout:g} s", remedy)
            if uri and not page.get("results", {}).get("data"):
                clock.sleep(PAUSE)

    def _refuse_changes(self, what: str, data: list[dict[str, Any]]) -> None:
        """A row of a changelog may take back an earlier one: as rows they would be wrong."""
        if kinds := {row["kind"] for row in data} - {"INSERT"}:
            why = f"it answers with changes ({', '.join(sorted(kinds))}) and not with rows"
            raise self._gateway.failure(what, why, "Set execution.runtime-mode to batch")


def _result(pages: list[dict[str, Any]]) -> Result:
    last = pages[-1]
    return Result(
        schema=[_column(column["name"], column["logicalType"]) for column in last["results"]["columns"]],
        rows=[row["fields"] for page in pages for row in page["results"]["data"]],
        content=last.get("resultKind") != "SUCCESS",
        query=bool(last.get("isQueryResult")),
    )


def _column(name: str, told: dict[str, Any]) -> Column:
    return Column(name, told["type"], bool(told.get("nullable", True)), told.get("precision"), told.get("scale"))
