"""Parameters of a statement: Python values as literals of Flink SQL, put in where the statement marks them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MARK = re.compile(r"%(?:%|s|\((\w+)\)s|)")
"""A doubled %, the next value, a named value, and a % that stands alone."""


def filled(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> str:
    """Put parameters into a statement: a mapping at its %(name)s, a sequence at its %s; %% becomes %.

    Raises ValueError for a parameter that has no literal, LookupError when marks and parameters do not fit.
    """
    named = {name: literal(value) for name, value in parameters.items()} if isinstance(parameters, Mapping) else {}
    row = [] if isinstance(parameters, Mapping) else [literal(value) for value in parameters]
    text = MARK.sub(lambda mark: _put(mark, named, row), statement)
    if row:
        raise LookupError(f"{len(row)} parameters too many")
    return text


def _put(mark: re.Match[str], named: Mapping[str, str], row: list[str]) -> str:
    if mark[0] == "%":
        raise LookupError(f"a % stands alone at character {mark.start() + 1}: write %%")
    if mark[0] == "%%":
        return "%"
    if mark[1]:
        if mark[1] not in named:
            raise LookupError(f"no parameter is named {mark[1]!r}")
        return named[mark[1]]
    if not row:
        raise LookupError("fewer parameters than %s")
    return row.pop(0)


def literal(value: Any) -> str:
    """Write a value as a literal of Flink SQL, so that it cannot end its literal.

    Raises ValueError for what has no literal: NaN, infinities, times finer than a literal is, other types.
    """
    for kind, write in LITERALS.items():
        if isinstance(value, kind):
            return write(value)
    raise ValueError(f"no SQL literal for a {type(value).__name__}; pass text, numbers, bytes, dates, times or None")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _number(value: Decimal | float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"no SQL literal for {value}")
    if isinstance(value, float):
        text = float.__repr__(value)
        text += "" if "e" in text else "E0"  # without an exponent it is a DECIMAL
    else:
        text = format(value, "f") if isinstance(value, Decimal) else int.__repr__(value)
    return f"({text})" if text.startswith("-") else text  # two minus signs would start a comment


def _timestamp(value: datetime) -> str:
    if value.tzinfo is None:
        return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"
    milliseconds, rest = divmod(value - EPOCH, MILLISECOND)
    if rest:
        raise ValueError(f"no SQL literal for {value.isoformat()}: with a time zone milliseconds are the finest")
    return f"TO_TIMESTAMP_LTZ({milliseconds}, 3)"


def _time(value: time) -> str:
    if value.tzinfo is not None:
        raise ValueError(f"no SQL literal for {value.isoformat()}: TIME has no time zone")
    if value.microsecond % 1000:
        raise ValueError(f"no SQL literal for {value.isoformat()}: milliseconds are the finest")
    return f"TIME '{value.isoformat(timespec='milliseconds' if value.microsecond else 'seconds')}'"


LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: str(value).upper(),
    str: _text,
    int: _number,
    float: _number,
    Decimal: _number,
    bytes: lambda value: f"X'{value.hex()}'",
    datetime: _timestamp,
    date: lambda value: f"DATE '{value.isoformat()}'",
    time: _time,
}
"""The first type that fits counts: a bool is an int, a datetime a date."""
