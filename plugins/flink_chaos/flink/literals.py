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
BIGINT = 2**63
DECIMAL_DIGITS = 38
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


def quoted(name: str) -> str:
    """Write a name so that it is one, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


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


def _integer(value: int) -> str:
    if abs(value) >= BIGINT:
        return _decimal(Decimal(value))
    return _signed(int.__repr__(value))


def _double(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"no SQL literal for {value}")
    text = float.__repr__(value)
    return _signed(text if "e" in text else f"{text}E0")  # without an exponent it is a DECIMAL


def _signed(text: str) -> str:
    """Two minus signs in a row would start a comment."""
    return f"({text})" if text.startswith("-") else text


def _decimal(value: Decimal) -> str:
    """A bare number may have 19 digits only."""
    if not value.is_finite():
        raise ValueError(f"no SQL literal for {value}")
    text = format(value, "f")
    whole, _, fraction = text.lstrip("-0").partition(".")
    if len(whole + fraction) > DECIMAL_DIGITS:
        raise ValueError(f"no SQL literal for {value}: a DECIMAL has at most {DECIMAL_DIGITS} digits")
    return f"CAST('{text}' AS DECIMAL({len(whole + fraction) or 1}, {len(fraction)}))"


def _timestamp(value: datetime) -> str:
    if value.tzinfo is None:
        return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"
    milliseconds, rest = divmod(value - EPOCH, MILLISECOND)
    if rest:
        raise ValueError(f"no SQL literal for {value.isoformat()}: with a time zone milliseconds are the finest")
    return f"TO_TIMESTAMP_LTZ({milliseconds}, 3)"


def _time(value: time) -> str:
    """Flink takes a fraction, and drops it."""
    if value.tzinfo is not None or value.microsecond:
        raise ValueError(f"no SQL literal for {value.isoformat()}: TIME has whole seconds and no time zone")
    return f"TIME '{value.isoformat()}'"


LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: str(value).upper(),
    str: _text,
    int: _integer,
    float: _double,
    Decimal: _decimal,
    bytes: lambda value: f"X'{value.hex()}'",
    datetime: _timestamp,
    date: lambda value: f"DATE '{value.isoformat()}'",
    time: _time,
}
"""The first type that fits counts: a bool is an int, a datetime a date."""
