"""From JSON records to the text of the fields that are asked for: nothing is made a number, so nothing is rounded."""

from __future__ import annotations

import json
import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

import msgspec
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NULL = msgspec.Raw(b"null")
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
CONTROL = re.compile(rb"[\x00-\x1f]")


def _escaped(string: re.Match[bytes]) -> bytes:
    return CONTROL.sub(lambda one: b"\\u%04x" % ord(one[0]), string[0])


def column_of(place: int) -> str:
    """Name of the column of a field, by its number."""
    return f"token{place}"


class Tokenizer:
    """Reads the named fields; of several of one name the last counts. A field that lacks is null."""

    def __init__(self, names: Sequence[str], nested: Sequence[str] = ()) -> None:
        """`nested` are those whose objects and arrays are compared by what they hold, and not by their text."""
        named = {column_of(place): name for place, name in enumerate(names)}
        fields = [(column, msgspec.Raw, msgspec.field(name=name, default=NULL)) for column, name in named.items()]
        kind = msgspec.defstruct("Fields", fields, gc=False)
        self._names = list(named)
        self._nested = {column for column, name in named.items() if name in nested}
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(kind).decode

    def columns(self, values: pa.Array) -> dict[str, pa.Array]:
        """A column of texts for each field, null where a value is no JSON object."""
        texts = values.to_pylist()
        try:
            values.cast(pa.string())  # texts at all
            return self._columns([self._decode(text) for text in texts])
        except (msgspec.MsgspecError, RecursionError, TypeError, pa.ArrowInvalid):
            return self._columns_of_some([self._record(text) for text in texts])

    def _record(self, text: bytes | None) -> Any:
        """One that is no text, or no object, is none. Flink reads control characters in strings, and so must this."""
        try:
            readable = STRING.sub(_escaped, (text or b"").decode().encode())
            return self._decode(readable)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            return None

    def _columns(self, records: Sequence[Any]) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for name in self._names:
            tokens = map(bytes, map(attrgetter(name), records))
            found[name] = pa.array(list(map(canonical, tokens) if name in self._nested else tokens), pa.string())
        return found

    def _columns_of_some(self, records: Sequence[Any]) -> dict[str, pa.Array]:
        found = self._columns([record for record in records if record is not None])
        places = iter(range(len(records)))
        taken = pa.array([None if record is None else next(places) for record in records], pa.int64())
        return {name: column.take(taken) for name, column in found.items()}


def canonical(text: bytes) -> bytes:
    """The same for the same contents: members in the order of their names, without nulls, numbers by their value."""
    if not text.startswith((b"{", b"[")):
        return text
    try:
        found = json.loads(text, parse_float=_Number, parse_int=_Number, object_pairs_hook=_members)
    except (RecursionError, InvalidOperation):
        return text
    return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


class _Number(str):
    """A number as text that is the same for the same value."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        number = Decimal(text)
        return super().__new__(cls, f"#{EXACT.normalize(number) if number else 0}")


def _members(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    return {name: value for name, value in dict(pairs).items() if value is not None}
