"""Flink SQL Gateway: statements in, rows out. REST version 2, which every gateway since Flink 1.17 speaks."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.proxy import ServiceError, deepest_cause
from flink_chaos.flink.answers import UNEXPECTED
from flink_chaos.model.names import Shape
from flink_chaos.model.text import TEXT, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAUSE = 0.2
ROWS = {"rowFormat": "JSON"}
NEXT = re.compile(r"/v[0-9]+(?P<results>/[^?]+)/(?P<token>[0-9]{1,18})(\?rowFormat=JSON)?")
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
        super().__init__(one_line(message, TEXT))
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
        what = "tell its version"
        answer = self.call(what, "GET", "/info")
        with self.reading(what):
            return f"{answer['productName']} {answer['version']}"

    @contextmanager
    def session(self, properties: Mapping[str, str] | None = None) -> Iterator[Session]:
        """A session in batch mode (unless `properties` say otherwise), closed at the end."""
        body = {"properties": BATCH | dict(properties or {})}
        path = f"/sessions/{self.handle('open a session', '/sessions', body, 'sessionHandle')}"
        try:
            yield Session(self, path)
        finally:
            self.close(path)

    def handle(self, what: str, path: str, body: dict[str, Any], name: str) -> str:
        """Send one request that makes something; returns its handle. Raises GatewayError for what is none."""
        answer = self.call(what, "POST", path, body)
        with self.reading(what):
            return Shape.HANDLE.checked(answer[name])

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """Raises GatewayError where an answer is not what a gateway answers."""
        try:
            yield
        except UNEXPECTED as error:
            why = f"its answer is not a SQL Gateway's ({type(error).__name__}: {str(error)[:200]})"
            raise self.failure(what, why, "Check the address") from error

    def call(
        self,
        what: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one request. Raises GatewayError, which names `what`."""
        try:
            return self.service.request(method, f"/v2{path}", body, query, timeout=REQUEST_SECONDS)
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
        handle = self._gateway.handle(what, f"{self._path}/statements", body, "operationHandle")
        operation = f"{self._path}/operations/{handle}"
        try:
            with self._gateway.reading(what):
                return _result(list(self._pages(what, f"{operation}/result", timeout)))
        finally:
            self._gateway.close(f"{operation}/close")

    def _pages(self, what: str, results: str, timeout: float) -> Iterator[dict[str, Any]]:
        """Every page with something in it, until the last one; `results` is the path below which they are."""
        end, token = clock.monotonic() + timeout, "0"
        while token:
            page = self._gateway.call(what, "GET", f"{results}/{token}", query=ROWS)
            if "results" in page:
                self._refuse_changes(what, page["results"]["data"])
                yield page
            token = _following(results, page) or (token if page["resultType"] == "NOT_READY" else "")
            if token and clock.monotonic() > end:
                remedy = "Give it more time or less to do; a stream never ends"
                raise self._gateway.failure(what, f"no end within {timeout:g} s", remedy)
            if token and not page.get("results", {}).get("data"):
                clock.sleep(PAUSE)

    def _refuse_changes(self, what: str, data: list[dict[str, Any]]) -> None:
        """A row of a changelog may take back an earlier one: as rows they would be wrong."""
        if kinds := {row["kind"] for row in data} - {"INSERT"}:
            why = f"it answers with changes ({', '.join(sorted(kinds))}) and not with rows"
            raise self._gateway.failure(what, why, "Set execution.runtime-mode to batch")


def _following(results: str, page: dict[str, Any]) -> str:
    """Number of the next page, empty after the last one: its address may be no other than this statement's."""
    uri = page.get("nextResultUri")
    if not uri:
        return ""
    found = NEXT.fullmatch(str(uri))
    if found is None or found["results"] != results:
        raise ValueError(f"the next page would be at {str(uri)[:100]!a}, which is not this statement's")
    return found["token"]


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
