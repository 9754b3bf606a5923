"""Takes secrets out of what is about to be written or said."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flink_chaos.model.secret_keys import holds_secret, is_reference, plain, refers
from flink_chaos.model.secret_places import Way, rules_of, visited, way_of, written
from flink_chaos.model.secrets import found_in, found_in_sql, is_hinted, outermost

if TYPE_CHECKING:
    from flink_chaos.model.secret_places import Location, Rules
    from flink_chaos.model.secrets import Found

MASK = "***"
SHORTEST = 6
"""Characters of a secret that is masked wherever it stands: a shorter one is a word of its own in many texts."""

COUNTED = "pass"
"""A number of this name counts what passed."""

SPACE = re.compile(r"\s")
"""A text has some; names and ids, which may happen to hold a remembered value, have none."""

LEAD = re.compile(r"\"\"\"|'''|\\*[\"'`]")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""With its end; no other character ends one, as a record may hold it."""

_known: set[str] = set()


def remember(value: str) -> None:
    """Mask this value from now on wherever it stands, whatever stands before it."""
    if len(value) >= SHORTEST:
        _known.add(value)


def masked(text: str) -> str:
    """The text without its secrets."""
    text = _without(text, found_in(text))
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def masked_sql(script: str) -> str:
    """The script without its secrets; what has none stays to the letter."""
    return _without(script, found_in_sql(script))


def masked_record(text: str) -> str:
    """A record, or several a line each, without secrets in any of its texts; others are masked as they are.

    Nothing is written anew that holds no secret.
    """
    if not _known and not is_hinted(text):
        return text
    whole = _loaded(text)
    if whole is None:
        parts = groupby(((line, _loaded(line)) for line in LINE.findall(text)), lambda part: part[1] is not None)
        return "".join(_masked_lines(list(lines), data=data) for data, lines in parts)
    return _masked_json(text, whole, rules_of(whole), indent=2)


def masked_data(data: Any) -> Any:
    """Data without secrets in its texts. What is read again to act by it stays: names of columns, paths, SQL."""
    return _masked_data(data, rules_of(data))


def _masked_data(data: Any, rules: Rules) -> Any:
    def see(place: Location, name: str, value: Any) -> Any:
        way = way_of(place, rules)
        if isinstance(value, str):
            return _masked_value(value, name, way)
        return MASK if way is Way.NAMED and plain(name) != COUNTED and holds_secret(name, written(value)) else value

    return visited(data, see)


def _masked_value(value: str, name: str, way: Way) -> str:
    if way is Way.KEPT:
        return value
    if way is Way.SQL:
        return masked_sql(value)
    if way is Way.NAMED and (refers(name) or is_reference(value)):
        return value
    if way is Way.NAMED and holds_secret(name, value):
        return MASK
    clean = _without(value, found_in(value, prose=way is Way.PROSE))
    return _without_known(clean)


def _without_known(text: str) -> str:
    """A text without white space may be a name that equals a remembered value, or has it as a part."""
    for value in sorted(_known, key=len, reverse=True):
        if SPACE.search(text):
            text = text.replace(value, MASK)
        elif value in text:
            text = re.sub(rf"(?<=[^\w./@-]){re.escape(value)}(?![\w./@-])", MASK, text)
    return text


def _masked_lines(lines: list[tuple[str, Any]], *, data: bool) -> str:
    """Lines that are data each by itself; others together, as a secret may have several."""
    if not data:
        return masked("".join(line for line, _ in lines))
    return "".join(_masked_json(line, one, ()) for line, one in lines)


def _masked_json(text: str, data: Any, rules: Rules, indent: int | None = None) -> str:
    """The text of that data without secrets; as any other text where it is nested deeper than Python descends."""
    try:
        clean = _masked_data(data, rules)
        return text if clean == data else json.dumps(clean, indent=indent, ensure_ascii=False) + "\n"
    except RecursionError:
        return masked(text)


def _loaded(text: str) -> Any:
    """What the text is as JSON, if it is an object or a list, and has all that the text has; None otherwise."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError where a key stands twice: the first one's value would be in the text, and not in the data."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _without(text: str, found: list[Found]) -> str:
    """Quotes stay, so that what was one value still is; one that is not closed is."""
    parts, at = [], 0
    for one in outermost(found):
        lead = LEAD.match(text, one.start, one.end)
        quote = lead[0] if lead else ""
        parts += [text[at : one.start], quote, MASK, quote]
        at = one.end
    return "".join([*parts, text[at:]])
