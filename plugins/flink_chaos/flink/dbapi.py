"""Flink SQL Gateway as Python knows databases: PEP 249 on top of SqlGateway."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.flink.cells import value_of
from flink_chaos.flink.gateway import STATEMENT_SECONDS, GatewayError
from flink_chaos.flink.literals import filled, quoted
from flink_chaos.flink.pep249 import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    DatabaseError,
    DataError,
    Date,
    DateFromTicks,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    Warning,  # noqa: A004 - the name that PEP 249 gives it
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from flink_chaos.flink.gateway import Column, Result, Session, SqlGateway

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]

apilevel = "2.0"
threadsafety = 1
"""Threads may share the module, but not connections."""
paramstyle = "pyformat"
"""%(name)s with a mapping, or %s with a sequence."""

Description = tuple[str, str, None, None, int | None, int | None, bool]


def connect(
    gateway: SqlGateway,
    properties: Mapping[str, str] | None = None,
    database: str | None = None,
    timeout: float = STATEMENT_SECONDS,
) -> Connection:
    """Return a connection; nothing is sent yet.

    :param properties: of the session, beside those of SqlGateway.session.
    :param database: `database` or `catalog.database` to start in.
    :param timeout: seconds that a statement may take.
    """
    return Connection(gateway, properties, database, timeout)


class Connection:
    """A session of the gateway, opened by its first statement and closed by `close`."""

    def __init__(
        self, gateway: SqlGateway, properties: Mapping[str, str] | None, database: str | None, timeout: float
    ) -> None:
        """See `connect`."""
        self._gateway = gateway
        self._properties = properties
        self._database = database
        self._timeout = timeout
        self._stack = ExitStack()
        self._session: Session | None = None
        self._closed = False

    def cursor(self) -> Cursor:
        """Return a new cursor. All cursors of a connection see each other's tables."""
        self._check_open()
        return Cursor(self)

    def run(self, statement: str) -> Result:
        """Run one statement. Raises ProgrammingError when Flink refuses it, OperationalError when it fails."""
        self._check_open()
        with _translated():
            return self._opened().execute(statement, self._timeout)

    def commit(self) -> None:
        """Do nothing: Flink has no transactions, every statement counts at once."""
        self._check_open()

    def rollback(self) -> None:
        """Raise NotSupportedError: what a statement did stays done."""
        raise NotSupportedError("Flink has no transactions: nothing can be rolled back")

    def close(self) -> None:
        """Close the session, if there is one."""
        self._closed = True
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> Session:
        if self._session is None:
            session = self._stack.enter_context(self._gateway.session(self._properties))
            if self._database:
                path = ".".join(map(quoted, self._database.split(".", 1)))
                session.execute(f"USE {path}", self._timeout)
            self._session = session
        return self._session

    def _check_open(self) -> None:
        if self._closed:
            raise InterfaceError("the connection to Flink SQL Gateway is closed: open another one")


class Cursor:
    """Runs one statement after another and holds the rows of the last one, all of them."""

    arraysize = 1
    """Rows that `fetchmany` gives unless told otherwise."""

    def __init__(self, connection: Connection) -> None:
        """Made by Connection.cursor."""
        self.connection = connection
        self.description: list[Description] | None = None
        """(name, Flink's type, None, None, precision, scale, nullable) for each column; None without rows."""
        self.rowcount = -1
        """Rows that a query gave; -1 for every other statement, for Flink does not tell."""
        self._rows: Iterator[tuple[Any, ...]] | None = None
        self._closed = False

    def execute(self, operation: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> Self:
        """Run one statement to its end. With parameters, % in it is written %%; they are put in as literals.

        Raises DataError for a parameter that has no literal, else as Connection.run.
        """
        self._check_open()
        self.description, self.rowcount, self._rows = None, -1, None
        result = self.connection.run(operation if parameters is None else _filled(operation, parameters))
        if result.content:
            self.description = [_described(column) for column in result.schema]
            self.rowcount = len(result.rows) if result.query else -1
            self._rows = (tuple(map(value_of, result.schema, row)) for row in result.rows)
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Sequence[Any] | Mapping[str, Any]]) -> None:
        """Run a statement once for each of the parameters: each INSERT is a Flink job of its own."""
        for parameters in seq_of_parameters:
            self.execute(operation, parameters)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None after the last one."""
        return next(self._remaining(), None)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """Return the next `size` rows (default: arraysize), fewer at the end."""
        wanted = range(self.arraysize if size is None else size)
        return [row for _, row in zip(wanted, self._remaining(), strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        return list(self._remaining())

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def close(self) -> None:
        """Forget the rows. The connection stays open."""
        self._closed, self._rows = True, None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._remaining()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _remaining(self) -> Iterator[tuple[Any, ...]]:
        self._check_open()
        if self._rows is None:
            raise ProgrammingError("no rows to fetch: execute a query first")
        return self._rows

    def _check_open(self) -> None:
        if self._closed:
            raise InterfaceError("the cursor is closed: make another one")


@contextmanager
def _translated() -> Iterator[None]:
    """Raise this module's errors for those of the client below."""
    try:
        yield
    except (GatewayError, ClusterError) as error:
        refused = isinstance(error, GatewayError) and error.refused
        raise (ProgrammingError if refused else OperationalError)(str(error)) from error


def _described(column: Column) -> Description:
    return (column.name, column.type, None, None, column.precision, column.scale, column.nullable)


def _filled(operation: str, parameters: Sequence[Any] | Mapping[str, Any]) -> str:
    try:
        return filled(operation, parameters)
    except ValueError as error:
        raise DataError(f"cannot pass a parameter to Flink: {error}") from error
    except LookupError as error:
        raise ProgrammingError(f"the parameters do not fit the statement: {error}") from error
