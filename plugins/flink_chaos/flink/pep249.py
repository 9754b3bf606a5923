"""Names that PEP 249 asks of a database module: its errors, types and constructors."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


class Warning(Exception):  # noqa: A001, N818 - the name that PEP 249 gives it
    """PEP 249's; never raised."""


class Error(Exception):
    """Base of all errors of this module; each is one line."""


class InterfaceError(Error):
    """Something closed was used."""


class DatabaseError(Error):
    """Something about the gateway or a statement."""


class DataError(DatabaseError):
    """A parameter that cannot be written as SQL."""


class OperationalError(DatabaseError):
    """The gateway does not answer, or could not finish a statement."""


class IntegrityError(DatabaseError):
    """PEP 249's; never raised: Flink enforces no constraints."""


class InternalError(DatabaseError):
    """PEP 249's; never raised."""


class ProgrammingError(DatabaseError):
    """A statement that Flink refuses, parameters that do not fit it, or rows asked for where there are none."""


class NotSupportedError(DatabaseError):
    """Something that Flink does not have, such as a rollback."""


class Types(frozenset[str]):
    """One of PEP 249's types: it equals every name of Flink's in it. Compare with the second field of a description."""

    def __eq__(self, other: object) -> bool:
        return other in self if isinstance(other, str) else super().__eq__(other)

    __hash__ = frozenset.__hash__


STRING = Types({"CHAR", "VARCHAR"})
BINARY = Types({"BINARY", "VARBINARY"})
NUMBER = Types({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL"})
DATETIME = Types(
    {"DATE", "TIME_WITHOUT_TIME_ZONE", "TIMESTAMP_WITHOUT_TIME_ZONE", "TIMESTAMP_WITH_LOCAL_TIME_ZONE"},
)
ROWID = Types()

Date = date
Time = time
Timestamp = datetime
Binary = bytes


def DateFromTicks(ticks: float) -> date:  # noqa: N802
    """Return the date in UTC of seconds since 1970."""
    return TimestampFromTicks(ticks).date()


def TimeFromTicks(ticks: float) -> time:  # noqa: N802
    """Return the time of day in UTC of seconds since 1970."""
    return TimestampFromTicks(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802
    """Return the time in UTC, without a time zone, of seconds since 1970."""
    return datetime.fromtimestamp(ticks, UTC).replace(tzinfo=None)
