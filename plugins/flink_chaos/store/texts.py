"""Records as text and back: whatever text they hold comes back, or is spelt out."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from flink_chaos.model.base import Record
from flink_chaos.model.telling import LONGEST, short
from flink_chaos.store.errors import UnreadableError
from flink_chaos.store.files import encoded, text_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from upath import UPath

DIGITS = 40
"""Of the widest integer that any system here tells, DuckDB's HUGEINT, with its sign."""

DOUBTFUL = re.compile(rf"[:\[,\s]-?(?:NaN|Infinity|\d{{{DIGITS},}}|\d[\d.]*[eE]\+?\d{{3}})")
"""Where a number may be none. It may stand in a text as well, so that it is looked at again."""

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def json_of(record: Record, *, indent: int | None = None, **shape: Any) -> str:
    """The record as JSON; `shape` is pydantic's own, such as `by_alias`.

    Half a character, which JSON from elsewhere may hold and UTF-8 may not, is spelt out, and nothing else changes.
    """
    try:
        return record.model_dump_json(indent=indent, **shape)
    except PydanticSerializationError:
        return to_json(spelt(record.model_dump(mode="json", **shape)), indent=indent).decode()


def spelt(value: Any) -> Any:
    """The same with every half of a character as its escape."""
    if isinstance(value, str):
        return encoded(value).decode()
    if isinstance(value, dict):
        return {spelt(name): spelt(below) for name, below in value.items()}
    return [spelt(below) for below in value] if isinstance(value, list) else value


def read(path: UPath, model: type[R]) -> R:
    """Read a record. Raises StoreError for one that is not there, is damaged, or that another version wrote."""
    return parsed(path, text_at(path), model.model_validate_json)


def parsed(path: UPath, text: str, parse: Callable[[str], T]) -> T:
    """The record that a text of the file is. Raises StoreError as `read` does."""
    try:
        _require_numbers(text)
        return parse(text)
    except OverflowError as error:
        raise UnreadableError(path, str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UnreadableError(path, short(f"{where}: {first['msg']}" if where else first["msg"])) from error


def _require_numbers(text: str) -> None:
    """Raise OverflowError for what is no number, or would be none in a calculation, also where anything may stand."""
    if DOUBTFUL.search(text):
        with suppress(ValueError, RecursionError):  # no JSON: whoever parses it tells that
            json.loads(text, parse_constant=_refused, parse_float=_finite, parse_int=_short)


def _refused(spelled: str) -> float:
    raise OverflowError(f"{short(spelled, LONGEST)} is no number that a record can hold")


def _finite(spelled: str) -> float:
    return number if math.isfinite(number := float(spelled)) else _refused(spelled)


def _short(spelled: str) -> float:
    return 0 if len(spelled) <= DIGITS else _refused(spelled)
