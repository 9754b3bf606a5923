"""Values in messages: what somebody wrote, never longer than a line, and the name that was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from reprlib import Repr
from typing import TYPE_CHECKING, Any

from flink_chaos.model.masking import masked_data
from flink_chaos.model.text import LINE, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 80
"""Characters of a value in a message."""

MOST_CHARACTERS = 4_000
"""Of a parameter; Python reads no number of more digits than that."""

CONTROL = {*map(chr, (*range(32), *range(127, 160))), "\u2028", "\u2029"} - {"\t", "\n", "\r"}
"""Characters that no text of ours needs: files, manifests and terminals take them for something else."""

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = LONGEST
_SHORT.maxlevel = 3


def shown(value: Any) -> str:
    """The value as Python writes it, without secrets and shortened; deep nesting and huge numbers too."""
    try:
        text = _SHORT.repr(masked_data(value))
    except (ValueError, RecursionError):  # Python refuses to write an integer of more than 4,300 digits
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= LONGEST + 2 else f"{text[:LONGEST]}..."


def short(text: str, longest: int = LINE) -> str:
    """One line of the text, and not all of it if it is long."""
    return one_line(text, longest)


def meant(name: str, names: Iterable[str]) -> str:
    """The question for the name that was probably meant, empty if none is like it."""
    near = get_close_matches(name[:LONGEST].lower(), list(names), n=1)
    return f"did you mean {near[0]}?" if near else ""


def text_problem(text: str) -> str:
    """Why the text cannot be a parameter, empty if it can."""
    if len(text) > MOST_CHARACTERS:
        return f"{shown(text)} has {len(text):,} characters; {MOST_CHARACTERS:,} are allowed"
    return unusable(text)


def unusable(text: str) -> str:
    """Why no system takes the text, empty if there is no reason."""
    odd = next((character for character in text if character in CONTROL or "\ud800" <= character <= "\udfff"), None)
    return f"{shown(text)} holds a character that cannot be used, {odd!r}; remove it" if odd else ""
