"""Regular expressions of people: which of them may need hours for one text.

Airflow checks its forms by them, in the API server.
"""

from __future__ import annotations

from re import _constants as ops  # type: ignore[attr-defined] # no public module tells how a pattern is built
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
MOST_OPEN = 3
"""Repetitions without end in one pattern: the time grows with the length of the text to the power of their number."""


def slow_part(pattern: str) -> str:
    """What in the pattern may make a search try every way to read a text; empty when nothing does.

    Refused are repetitions and choices within a repetition, references, and more than MOST_OPEN repetitions without
    end. Raises re.error for what is no pattern.
    """
    parts = list(_parts(parser.parse(pattern), inside=False))
    for kind, _, inside in parts:
        if kind in REPEATS and inside:
            return "a repetition within a repetition"
        if kind is ops.BRANCH and inside:
            return "a choice within a repetition"
        if kind in (ops.GROUPREF, ops.GROUPREF_EXISTS):
            return "a reference to a group"
    endless = sum(kind in REPEATS and value[1] is ops.MAXREPEAT for kind, value, _ in parts)
    return f"{endless} repetitions without end; {MOST_OPEN} are allowed" if endless > MOST_OPEN else ""


def _parts(tree: Any, *, inside: bool) -> Iterator[tuple[Any, Any, bool]]:
    """Kind and value of every part of the pattern, and whether it stands within a repetition."""
    for kind, value in tree:
        yield kind, value, inside
        for below in _below(value):
            yield from _parts(below, inside=inside or _varies(kind, value))


def _below(value: Any) -> Iterator[Any]:
    """The patterns within a value."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _below(one)


def _varies(kind: Any, value: Any) -> bool:
    """Whether it repeats what is in it in more than one way."""
    return kind in REPEATS and value[1] is not value[0] and value[1] > 1
