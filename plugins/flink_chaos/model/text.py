"""Text of others: cut where it comes in, and told so that nothing in it acts on a terminal, a page or a log."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from flink_chaos.model.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TEXT = 2_000
"""Characters of one text that are kept of a fact: a stack trace or a key may have megabytes."""

LINE = 300
"""Characters of a message that is told in one line."""

LINES = 100
"""Reasons or notes of one verdict that are told."""

DIGITS, SLACK = 10, 60
"""Of a digest; and characters that tell what was left out: a text that was cut is not cut again when it is read."""

AHEAD = 25_000
"""Characters behind the cut that are read too, so that a secret across it is known for one."""

DOUBTFUL = re.compile(r"[^\x20-\x7e\n]")
"""Characters that are looked at one by one."""

HIDDEN = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U00016fe4"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What Unicode calls printable and nobody sees: fillers, variation selectors, empty braille.

Source: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, with U+2800 and U+16FE4.
"""

MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Marks that may stand on any letter."""

COMMAND = r"\#(?=\#(?:vso|teamcity)?\[)"
"""Azure Pipelines and TeamCity obey such words wherever they stand in what a step prints."""

ACTING = re.compile(rf"[{HIDDEN}]|(?<=[{MARKS}][{MARKS}][{MARKS}])[{MARKS}]|{COMMAND}", re.IGNORECASE)
"""What acts or hides though each character of it is printable; so many marks cover the lines above and below."""

MARK = re.compile(rf"[{MARKS}]")

HALF = re.compile(r"[\ud800-\udfff]")
BREAK = re.compile(r"[\r\n\t][ \t\r\n]*")
"""Line breaks and tabs, with the blanks that follow."""


def cut(text: str, most: int = TEXT, *, name: bool = False) -> str:
    """The first `most` characters, and how many bytes were left out; secrets are masked while they are whole.

    :param name: it tells one thing from others: what was left out stays part of it as a digest.
    """
    if len(text) <= most:
        return text
    near = masked(text[: most + AHEAD])
    rest = (near[most:] + text[most + AHEAD :]).encode(errors="surrogatepass")
    if not rest and not name:
        return near
    digest = f", sha256 {hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:DIGITS]}" if name else ""
    return f"{near[:most]}... {len(rest):,} more bytes{digest}"


def kept(value: Any, most: int = TEXT) -> Any:
    """The same as it can be kept: every text in it cut, in lists and mappings too; anything else as it is.

    Half of a character, which JSON may hold and UTF-8 may not, is its escape.
    """
    if isinstance(value, str):
        text = cut(value, most, name=True) if len(value) > most + SLACK else value
        return HALF.sub(lambda found: _seen(found[0]), text) if HALF.search(text) else text
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(kept(one, most) for one in value)
    if isinstance(value, dict):
        return {kept(key, most): kept(one, most) for key, one in value.items()}
    return value


def visible(text: str) -> str:
    """Line breaks and tabs as they are, and every other character that acts or cannot be seen as its escape.

    Such are those that move a cursor or set a colour (ESC, C1), turn the text around (U+202E), or join and hide it.
    So are the first letters of words that a build server obeys.
    """
    told = ACTING.sub(lambda found: _escape(found[0]), text)
    return told if told.isprintable() else DOUBTFUL.sub(lambda found: _seen(found[0]), told.replace("\r\n", "\n"))


def one_line(text: str, most: int | None = None) -> str:
    """The same on one line: a line break is a blank. `most` cuts it."""
    told = text if most is None else cut(text, most)
    return visible(BREAK.sub(" ", told.strip()))


def some_lines(texts: Sequence[str], most: int = LINES) -> Iterator[str]:
    """Each on one line, as many as a person reads; then how many are left out."""
    yield from (one_line(text, TEXT) for text in texts[:most])
    if len(texts) > most:
        yield f"... {len(texts) - most:,} more"


def exact(text: str, most: int | None = None) -> str:
    """The same with line breaks, tabs and other blanks as escapes too: two keys that differ are told differently.

    So are letters with marks that look as one letter does.
    """
    told = ACTING.sub(lambda found: _escape(found[0]), text if most is None else cut(text, most))
    if not unicodedata.is_normalized("NFC", told):
        told = MARK.sub(lambda found: _escape(found[0]), told)
    return told if told.isprintable() else "".join(one if one.isprintable() else _escape(one) for one in told)


def json_escaped(text: str) -> str:
    """JSON text that means the same, with every character that acts or cannot be seen as JSON's own escape."""
    told = ACTING.sub(lambda found: _json_escape(found[0]), text)
    return told if told.isprintable() else DOUBTFUL.sub(lambda found: _in_json(found[0]), told)


def _seen(letter: str) -> str:
    plain = letter in "\n\t" or letter.isprintable() or unicodedata.category(letter) == "Zs"
    return letter if plain else _escape(letter)


def _escape(letter: str) -> str:
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(letter)
    if short:
        return short
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _in_json(letter: str) -> str:
    """Outside of strings JSON has no such character but line breaks, which stay."""
    plain = letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs"
    return letter if plain else _json_escape(letter)


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
