"""Columns as a profile names them: what can be read by every reader of a record, and stand in a statement."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from flink_chaos.model.text import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

QUOTING = re.compile(r"[`'\"\\]")
QUOTED = re.compile(r"`[^`'\"\\]+`")
TYPE = re.compile(r"[A-Za-z][\w ,()<>]*")
PAIRS = {")": "(", ">": "<"}
SHOWN, LISTED = 60, 5
"""Characters of a name, and names, that a message shows."""


def require_readable(names: Iterable[str]) -> None:
    """Raises ValueError for names with quotes, backslashes, control or invisible characters, and for empty ones.

    JSON's reader takes none of the first, and nobody could read the others in a message.
    """
    odd = [name for name in names if not name or QUOTING.search(name) or _hides(name)]
    if odd:
        told = ", ".join(exact(repr(name), SHOWN) for name in odd[:LISTED])
        more = f" and {len(odd) - LISTED:,} more" if len(odd) > LISTED else ""
        raise ValueError(
            "cannot read columns whose names hold quotes, backslashes, control or invisible characters, or are empty: "
            f"{told}{more}; name them otherwise"
        )


def _hides(name: str) -> bool:
    """Whether something of it is not seen; a letter with its mark apart is."""
    composed = unicodedata.normalize("NFC", name)
    return exact(composed) != composed


def require_type(name: str, kind: str) -> None:
    """Raises ValueError for what is more, or less, than one type: it stands in statements as it is."""
    bare = QUOTED.sub("x", kind)
    if not TYPE.fullmatch(bare) or "--" in bare or not _is_one(bare):
        told = exact(repr(kind), SHOWN)
        raise ValueError(
            f"{exact(name, SHOWN)}: {told} is no type of Flink SQL; write one such as STRING or ROW<x INT>"
        )


def _is_one(kind: str) -> bool:
    """Whether every bracket is closed, and no comma stands outside of them."""
    opened: list[str] = []
    for letter in kind:
        if letter in PAIRS.values():
            opened.append(letter)
        elif (letter in PAIRS and (not opened or opened.pop() != PAIRS[letter])) or (letter == "," and not opened):
            return False
    return not opened
