"""Takes secrets out of what is about to be written or said."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flink_chaos.model.secret_keys import holds_secret, is_reference, refers
from flink_chaos.model.secrets import QUICK, found_in, found_in_sql

if TYPE_CHECKING:
    from flink_chaos.model.secrets import Found

MASK = "***"
SHORTEST = 6
"""Characters of a secret that is masked wherever it stands: a shorter one is a word of its own in many texts."""

KEPT, SCRIPTS = ("columns", "path"), "scripts"
SPACE = re.compile(r"\s")
"""A text has some; names and ids, which may happen to equal a remembered value, have none."""

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
    if not _known and not QUICK.search(text):
        return text
    whole = _loaded(text)
    if whole is None:
        groups = groupby(LINE.findall(text), lambda line: _loaded(line) is not None)
        return "".join("".join(map(_masked_line, lines)) if data else masked("".join(lines)) for data, lines in groups)
    clean = masked_data(whole)
    return text if clean == whole else json.dumps(clean, indent=2, ensure_ascii=False) + "\n"


def masked_data(data: Any, name: str = "") -> Any:
    """Data without secrets in its texts. What is read again to act by it stays: names of columns, paths, SQL."""
    if isinstance(data, dict):
        return {key: one if key in KEPT else masked_data(one, _name(name, str(key))) for key, one in data.items()}
    if isinstance(data, list):
        return [masked_data(one, name) for one in data]
    return _masked_value(data, name) if isinstance(data, str) else data


def _masked_value(value: str, name: str) -> str:
    if name == SCRIPTS:
        return masked_sql(value)
    if refers(name) or is_reference(value):
        return value
    if holds_secret(name, value):
        return MASK
    return masked(value) if SPACE.search(value) else _without(value, found_in(value))


def _name(above: str, key: str) -> str:
    """Scripts are kept by the names of their files."""
    return SCRIPTS if above == SCRIPTS else key


def _masked_line(line: str) -> str:
    data = _loaded(line)
    clean = masked_data(data)
    return line if clean == data else json.dumps(clean, ensure_ascii=False) + "\n"


def _loaded(text: str) -> Any:
    """What the text is as JSON, if it is an object or a list; None otherwise."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _without(text: str, found: list[Found]) -> str:
    """Quotes stay, so that what was one value still is."""
    end = len(text)
    for one in sorted(found, key=lambda one: (one.end, -one.start), reverse=True):
        stop = min(one.end, end)
        if one.start < stop:
            lead, tail = _quotes(text[one.start : stop])
            text = text[: one.start] + lead + MASK + tail + text[stop:]
            end = one.start
    return text


def _quotes(value: str) -> tuple[str, str]:
    lead = re.match(r"\\*[\"']", value)
    if not lead or not value.endswith(lead[0]) or len(value) < 2 * len(lead[0]):
        return "", ""
    return lead[0], lead[0]
