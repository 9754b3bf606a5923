"""Where in data secrets may stand: under which name, and what of our own data is treated otherwise."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from flink_chaos.model.secret_keys import is_secret
from flink_chaos.model.secrets import found_in, found_in_sql, found_in_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DEEPEST = 30
"""Levels of a person's data: what is nested deeper is not looked at, as nobody takes it."""

NAMES, VALUES = ("name", "key"), ("value", "default")
"""Keys of a name and its value, as in the `env` of a container."""

FLAG = re.compile(r"(?:^|\s)(--?[A-Za-z][\w.-]*)$")
OPTION = re.compile(r"--?[A-Za-z][\w.-]*=|--[A-Za-z]|-\w$")
"""Another option is no value of the one before it; a password may begin with a dash."""

Location = tuple[int | str, ...]


class Way(Enum):
    """How a text is looked at."""

    NAMED = auto()
    """By its name, and by what it holds."""

    UNNAMED = auto()
    """By what it holds: a user's own output, whose columns may have any name."""

    PROSE = auto()
    """The same; `Password: reset events` is a sentence."""

    SQL = auto()
    """Of names only options count."""

    KEPT = auto()
    """Not at all: a name of a file or of a column."""


ANY = None
Rules = tuple[tuple[tuple[str | None, ...], Way], ...]
DESCRIPTIONS = ("pipeline", "environment", "fault")
PROFILE: Rules = (
    (("output", "columns"), Way.KEPT),
    (("description",), Way.PROSE),
    (("parameters", ANY, "description"), Way.PROSE),
)
PLAN: Rules = (
    (("scripts",), Way.SQL),
    (("pipeline", "output", "columns"), Way.KEPT),
    (("fault", "parameters", ANY, "description"), Way.PROSE),
    *(((one, "description"), Way.PROSE) for one in DESCRIPTIONS),
)
VERDICT: Rules = ((("tables",), Way.UNNAMED),)
FACTS: dict[str, Rules] = {
    "table": ((("columns",), Way.KEPT), (("rows",), Way.UNNAMED)),
    "files_end": ((("files", ANY, "path"), Way.KEPT),),
    "savepoint_taken": ((("path",), Way.KEPT),),
}
"""What the models say of their own fields; no other data is treated so, whatever its keys are called."""


def rules_of(data: Any) -> Rules:
    """The rules of a record of ours, none of any other data."""
    if not isinstance(data, dict):
        return ()
    if {"pipeline", "scripts"} <= data.keys():
        return PLAN
    if {"outcome", "tables"} <= data.keys():
        return VERDICT
    kind = data.get("kind")
    return FACTS.get(kind, ()) if isinstance(kind, str) else ()


def way_of(place: Location, rules: Rules) -> Way:
    """How what stands at that place, or below it, is looked at."""
    return next((way for pattern, way in rules if _is_below(place, pattern)), Way.NAMED)


def visited(
    data: Any, see: Callable[[Location, str, Any], Any], *, place: Location = (), name: str = "", deepest: int = 10_000
) -> Any:
    """The data with what `see(place, name, value)` makes of each value that has no parts, and of each key."""
    if len(place) > deepest:
        return data
    if isinstance(data, dict):
        prefix = f"{name}." if is_secret(name) else ""
        keys = [(key, see(place, "", key)) for key in data]
        return {
            new: visited(data[key], see, place=(*place, str(key)), name=_name(data, new, prefix), deepest=deepest)
            for key, new in keys
        }
    if isinstance(data, list):
        named = zip(_names(data, name), data, strict=True)
        return [visited(one, see, place=(*place, n), name=own, deepest=deepest) for n, (own, one) in enumerate(named)]
    return see(place, name, data)


def places_in(data: Any, rules: Rules = ()) -> list[Location]:
    """Where in a person's data secrets stand."""
    places: list[Location] = []

    def see(place: Location, name: str, value: Any) -> Any:
        if holds(way_of(place, rules), name, written(value)):
            places.append(place)
        return value

    visited(data, see, deepest=DEEPEST)
    return list(dict.fromkeys(places))


def holds(way: Way, name: str, text: str) -> bool:
    """Whether a text that is looked at in that way holds a secret."""
    if way is Way.NAMED:
        return found_in_value(name, text)
    if way is Way.SQL:
        return bool(found_in_sql(text))
    return way is not Way.KEPT and bool(found_in(text, prose=way is Way.PROSE))


def _is_below(place: Location, pattern: Sequence[str | None]) -> bool:
    return len(place) >= len(pattern) and all(
        one in (ANY, part) for one, part in zip(pattern, place[: len(pattern)], strict=True)
    )


def _name(data: dict[Any, Any], key: Any, prefix: str) -> str:
    """The name of a value: its key's, with that of the secret that it is part of; or the one that stands beside it."""
    if str(key).lower() in VALUES:
        own = next((one for other, one in data.items() if str(other).lower() in NAMES), None)
        if isinstance(own, str):
            return own
    return f"{prefix}{key}"


def _names(data: list[Any], name: str) -> Iterator[str]:
    """Names of a list's elements: that of the list, or of the option before them."""
    before: Any = None
    for one in data:
        text = before if isinstance(before, str) else ""
        flag = None if isinstance(one, str) and OPTION.match(one) else FLAG.search(text[-200:])
        yield flag[1] if flag else name
        before = one


def written(value: object) -> str:
    """Its text; none of truth values and of integers of more than 4,300 digits, which Python does not write."""
    try:
        return "" if value is None or isinstance(value, bool) else str(value)
    except ValueError:
        return ""
