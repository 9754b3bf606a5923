"""Flink SQL Gateway in memory: sessions, operations and pages as REST version 2 has them, with SQLite's SQL.

Not modelled: Flink's own SQL and types (a test scripts the results it needs), heartbeats, time-outs, other versions.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.unit.fake_server import FakeServer

if TYPE_CHECKING:
    from tests.unit.fake_server import Answer, Request

PAGE = 2
TYPES = {int: "BIGINT", float: "DOUBLE", str: "VARCHAR", type(None): "NULL"}
STACK = """<Exception on server side:
org.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the operation {operation}.
\tat org.apache.flink.table.gateway.service.operation.OperationManager.run(OperationManager.java:1)
Caused by: org.apache.flink.table.api.{kind}: SQL validation failed.
\tat org.apache.flink.table.planner.Planner.validate(Planner.java:1)
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: {why}
\t... 9 more

End of exception on server side>"""
GATEWAY = """<Exception on server side:
org.apache.flink.table.gateway.api.utils.SqlGatewayException: {why}
\tat org.apache.flink.table.gateway.service.session.SessionManagerImpl.getSession(SessionManagerImpl.java:1)

End of exception on server side>"""


@dataclass
class Outcome:
    """What a statement gives. `logical` are column types as the gateway tells them."""

    columns: dict[str, dict[str, Any]]
    rows: list[list[Any]]
    result_kind: str = "SUCCESS_WITH_CONTENT"
    query: bool = True
    row_kind: str = "INSERT"
    endless: bool = False


OK = Outcome({"result": {"type": "VARCHAR"}}, [["OK"]], "SUCCESS", query=False)


@dataclass
class Operation:
    """A statement on its way."""

    outcome: Outcome | str
    """A text is the reason of a failure."""
    token: int = 0
    polls: int = 0


@dataclass
class FakeGateway(FakeServer):
    """Start it with `with`, or let an API server's proxy lead to `behind`."""

    scripted: dict[str, Outcome | str] = field(default_factory=dict)
    """Statement -> what it gives, instead of SQLite's answer; a text is the reason why it fails."""
    failure: str = "ValidationException"
    """Flink's class of a failure."""
    databases: set[str] = field(default_factory=lambda: {"`default_database`"})
    credentials: str = ""
    """user:password that are demanded."""
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    """Open ones, with their properties."""
    operations: dict[str, Operation] = field(default_factory=dict)
    """Open ones."""
    opened: list[dict[str, str]] = field(default_factory=list)
    """Properties of all sessions that were ever opened."""
    statements: list[str] = field(default_factory=list)
    spelled: dict[str, str] = field(default_factory=dict)
    """Text in a page -> what is sent instead."""
    broken: dict[str, Answer] = field(default_factory=dict)
    """Method -> answer instead of the right one."""

    def __post_init__(self) -> None:
        """Open the tables."""
        self.sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)

    def behind(self, request: Request, path: str) -> Answer:
        """Answer what an API server hands on."""
        return self.answer(replace(request, path=path))

    def answer(self, request: Request) -> Answer:
        """Serve one request."""
        demanded = "Basic " + base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and request.headers.get("authorization") != demanded:
            return 401, "<html>who are you?</html>"
        return self.broken.get(request.method) or self._served(request)

    def _served(self, request: Request) -> Answer:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["v2", "info"]:
                return 200, {"productName": "Apache Flink", "version": "1.20.1"}
            case "POST", ["v2", "sessions"]:
                return self._open(request.body["properties"])
            case method, ["v2", "sessions", session, *rest] if session in self.sessions:
                return self._in_session(session, method, rest, request)
            case _, ["v2", "sessions", session, *_]:
                return _error(GATEWAY.format(why=f"Session '{session}' does not exist."))
        return 404, {"errors": ["Not found: " + request.path]}

    def _open(self, properties: dict[str, str]) -> Answer:
        handle = str(uuid.uuid4())
        self.sessions[handle] = properties
        self.opened.append(properties)
        return 200, {"sessionHandle": handle}

    def _in_session(self, session: str, method: str, rest: list[str], request: Request) -> Answer:
        match method, rest:
            case "DELETE", []:
                del self.sessions[session]
                return 200, {"status": "CLOSED"}
            case "POST", ["statements"]:
                handle = str(uuid.uuid4())
                self.statements.append(request.body["statement"])
                self.operations[handle] = Operation(self._outcome(request.body["statement"]))
                return 200, {"operationHandle": handle}
            case "GET", ["operations", handle, "result", token] if request.query == {"rowFormat": "JSON"}:
                return self._page(f"/v2/sessions/{session}/operations/{handle}", handle, int(token))
            case "DELETE", ["operations", handle, "close"]:
                del self.operations[handle]
                return 200, {"status": "CLOSED"}
        return 404, {"errors": ["Not found: " + request.path]}

    def _outcome(self, statement: str) -> Outcome | str:
        if statement in self.scripted:
            return self.scripted[statement]
        if statement.startswith("USE "):
            known = statement.removeprefix("USE ") in self.databases
            return OK if known else "A database with this name does not exist"
        if statement == "SHOW CURRENT DATABASE":
            return Outcome({"current database name": {"type": "VARCHAR"}}, [["default_database"]], query=False)
        return self._from_tables(statement)

    def _from_tables(self, statement: str) -> Outcome | str:
        try:
            cursor = self.sql.execute(statement)
        except sqlite3.Error as error:
            return str(error)
        if cursor.description is None:
            job = Outcome({"job id": {"type": "VARCHAR"}}, [[uuid.uuid4().hex]], query=False)
            return job if statement.upper().startswith("INSERT") else OK
        rows = [list(row) for row in cursor]
        types = [TYPES[type(value)] for value in (rows or [[""] * len(cursor.description)])[0]]
        names = [column[0] for column in cursor.description]
        return Outcome({name: {"type": kind} for name, kind in zip(names, types, strict=True)}, rows)

    def _page(self, path: str, handle: str, token: int) -> Answer:
        operation = self.operations[handle]
        if token not in (operation.token, operation.token - 1):
            why = f"Expecting token to be {operation.token} or {operation.token - 1}, but found {token}."
            return _error(GATEWAY.format(why=why))
        operation.polls += 1
        if operation.polls <= 2:  # with and without the address of what is asked again
            again = {"nextResultUri": f"{path}/result/{token}?rowFormat=JSON"} if operation.polls == 2 else {}
            return 200, {"resultType": "NOT_READY", **again}
        if isinstance(operation.outcome, str):
            return _error(STACK.format(operation=handle, kind=self.failure, why=operation.outcome))
        operation.token = token + 1
        onward = {"nextResultUri": f"{path}/result/{token + 1}?rowFormat=JSON"}
        text = json.dumps(_paged(operation.outcome, token, onward))
        for written, sent in self.spelled.items():
            text = text.replace(written, sent)
        return 200, text


def _paged(outcome: Outcome, token: int, onward: dict[str, str]) -> dict[str, Any]:
    """The first page is empty, as a page may be."""
    start = (token - 1) * PAGE
    rows = outcome.rows[start : start + PAGE] if token else []
    last = start >= len(outcome.rows) and not outcome.endless
    columns = [
        {"name": name, "logicalType": {"nullable": True, **kind}, "comment": None}
        for name, kind in outcome.columns.items()
    ]
    data = [{"kind": outcome.row_kind, "fields": row} for row in rows]
    return {
        "resultType": "EOS" if last else "PAYLOAD",
        "isQueryResult": outcome.query,
        "resultKind": outcome.result_kind,
        "results": {"columns": columns, "rowFormat": "JSON", "data": data},
        **({} if last else onward),
    }


def _error(why: str) -> Answer:
    return 500, json.dumps({"errors": ["Internal server error.", why]})
