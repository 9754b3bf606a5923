"""A simulated SQL Gateway: the package's own statements, in DuckDB, over the simulated topics."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.simulation.engine import engine

if TYPE_CHECKING:
    from tests.simulation.kafka import KafkaWorld
    from tests.simulation.world import World
    from tests.unit.fake_server import Answer, Request

TABLE = re.compile(r"CREATE TEMPORARY TABLE `(?P<name>\w+)` \((?P<columns>.*)\) WITH \((?P<options>.*)\)", re.DOTALL)
COLUMN = re.compile(r"`(\w+)` ([A-Z]+)")
OPTION = re.compile(r"'([^']+)' = '([^']*)'")
PLACE = re.compile(r"partition:(\d+),offset:(\d+)")
TYPES = {"STRING": "VARCHAR", "BIGINT": "BIGINT", "INT": "INTEGER"}
METADATA_SECONDS = 60.0
"""How long Flink's source waits for brokers."""

FLINK_TYPES = {"BIGINT": "BIGINT", "INTEGER": "INTEGER", "DOUBLE": "DOUBLE", "HUGEINT": "BIGINT"}
ERROR = (
    "<Exception on server side:\norg.apache.flink.table.api.TableException: {why}\n\nEnd of exception on server side>"
)


@dataclass
class GatewayWorld:
    """Sessions and statements. `down_until`: when it answers again."""

    world: World
    kafka: KafkaWorld
    down_until: float = -1.0
    sessions: set[str] = field(default_factory=set)
    outcomes: dict[str, Any] = field(default_factory=dict)
    number: int = 0

    def answer(self, request: Request, path: str) -> Answer:
        """Serve one request."""
        if self.world.now < self.down_until:
            return 503, {
                "kind": "Status",
                "code": 503,
                "reason": "ServiceUnavailable",
                "message": "no endpoints available",
            }
        match request.method, path.strip("/").split("/"):
            case "GET", [_, "info"]:
                return 200, {"productName": "Apache Flink", "version": "1.20.3"}
            case "POST", [_, "sessions"]:
                handle = self._handle()
                self.sessions.add(handle)
                return 200, {"sessionHandle": handle}
            case method, [_, "sessions", session, *rest] if session in self.sessions:
                return self._in_session(session, method, rest, request)
        return 404, {"errors": [f"Not found: {path}"]}

    def _in_session(self, session: str, method: str, rest: list[str], request: Request) -> Answer:
        match method, rest:
            case "DELETE", []:
                self.sessions.discard(session)
                return 200, {"status": "CLOSED"}
            case "POST", ["statements"]:
                handle = self._handle()
                self.outcomes[handle] = self._run(request.body["statement"])
                return 200, {"operationHandle": handle}
            case "GET", ["operations", handle, "result", _]:
                return self._result(handle)
            case "DELETE", ["operations", handle, "close"]:
                self.outcomes.pop(handle, None)
                return 200, {"status": "CLOSED"}
            case "GET", ["operations", handle, "status"]:
                return 200, {"status": "FINISHED" if handle in self.outcomes else "CLOSED"}
        return 404, {"errors": ["Not found"]}

    def _handle(self) -> str:
        self.number += 1
        return str(UUID(int=self.number))

    def _result(self, handle: str) -> Answer:
        found = self.outcomes.get(handle)
        if found is None or isinstance(found, Exception):
            return 500, {"errors": ["Internal server error.", ERROR.format(why=found)]}
        columns, rows = found
        results = {"columns": columns, "rowFormat": "JSON", "data": [{"kind": "INSERT", "fields": row} for row in rows]}
        return 200, {
            "resultType": "EOS",
            "isQueryResult": True,
            "resultKind": "SUCCESS_WITH_CONTENT",
            "results": results,
        }

    def _run(self, statement: str) -> Any:
        import duckdb

        made = TABLE.match(statement.strip())
        try:
            return self._table(made) if made else self._query(statement)
        except (duckdb.Error, KeyError, IndexError) as error:
            return RuntimeError(str(error))

    def _query(self, statement: str) -> Any:
        done = engine().execute(statement.replace("`", '"'))
        if done.description is None:
            return _ok()
        columns = [_column(name, str(kind)) for name, kind, *_ in done.description]
        return columns, [[_plain(value) for value in row] for row in done.fetchall()]

    def _table(self, made: re.Match[str]) -> Any:
        columns = dict(COLUMN.findall(made["columns"]))
        options = dict(OPTION.findall(made["options"]))
        if not self.kafka.up:
            self.world.advance(min(METADATA_SECONDS, self.kafka.down_until - self.world.now))
        if not self.kafka.up:
            raise KeyError("Timeout expired while fetching topic metadata")
        begin, end = (_places(options[f"scan.{when}.specific-offsets"]) for when in ("startup", "bounded"))
        log = self.kafka.topics[options["topic"]]
        begin = {n: max(offset, log.starts.get(n, 0)) for n, offset in begin.items()}
        records = [entry.value for entry in log.records(begin, end)]
        rows = [[_typed(row.get(name), kind) for name, kind in columns.items()] for row in map(_row, records)]
        name = made["name"]
        listed = ", ".join(f'"{column}" {TYPES.get(kind, kind)}' for column, kind in columns.items())
        engine().execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({listed})')
        if rows:
            import pyarrow as pa

            data = pa.table({column: [row[i] for row in rows] for i, column in enumerate(columns)})
            engine().register("incoming", data)
            engine().execute(f'INSERT INTO "{name}" SELECT * FROM incoming')
            engine().unregister("incoming")
        return _ok()


def _ok() -> Any:
    return [{"name": "result", "logicalType": {"type": "VARCHAR", "nullable": True}, "comment": None}], [["OK"]]


def _column(name: str, kind: str) -> dict[str, Any]:
    flink = FLINK_TYPES.get(kind, "VARCHAR")
    return {"name": name, "logicalType": {"type": flink, "nullable": True}, "comment": None}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, bool, type(None))) else float(value)


def _places(text: str) -> dict[int, int]:
    return {int(partition): int(offset) for partition, offset in PLACE.findall(text)}


def _row(value: bytes) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _typed(value: Any, kind: str) -> Any:
    if value is None or kind == "STRING":
        return None if value is None else str(value)
    return value
