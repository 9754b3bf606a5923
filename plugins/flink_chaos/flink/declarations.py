"""What a script of Flink SQL declares: tables with their options, views, functions, catalogs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flink_chaos.flink.cursor import Cursor

LAYOUT = {"PARTITIONED", "DISTRIBUTED", "BY", "HASH", "RANGE", "BUCKETS"}
"""Words of a table's declaration that name no place."""


@dataclass
class Tables:
    """Names that were declared so far, with the options of each table; None is nothing that anybody can write to."""

    known: dict[str, dict[str, str] | None] = field(default_factory=dict)

    def declare(self, cursor: Cursor, name: str, options: dict[str, str] | None) -> None:
        """Raise ScriptError for a name that is taken: which one counts depends on what Flink still has."""
        if name in self.known:
            raise cursor.refusal(f"{name} is declared already; give each table and view a name of its own")
        self.known[name] = options

    def options(self, cursor: Cursor, name: str) -> dict[str, str]:
        """Of a table that was declared before. Raises ScriptError without one."""
        options = self.known.get(name)
        if options is None:
            raise cursor.refusal(
                f"writes table {name} to a place that the script does not name; declare the table before, with all of "
                "its options, by CREATE TEMPORARY TABLE"
            )
        return options


def declare(cursor: Cursor, tables: Tables) -> str | None:
    """Read what follows CREATE, and return the table that is written at once, with what a query yields.

    Raises ScriptError.
    """
    temporary = cursor.take("TEMPORARY")
    if cursor.take("TABLE"):
        return _table(cursor, tables)
    if cursor.take("VIEW"):
        _view(cursor, tables)
    elif (temporary and cursor.take("SYSTEM", "FUNCTION")) or cursor.take("FUNCTION"):
        _function(cursor)
    elif not temporary and cursor.take("CATALOG"):
        _catalog(cursor)
    else:
        raise cursor.refusal("a script creates tables, views, functions and catalogs only; leave it out")
    return None


def _table(cursor: Cursor, tables: Tables) -> str | None:
    """Its name if it is made of a query."""
    name = _name(cursor)
    own: dict[str, str] = {}
    inherited: dict[str, str] | None = {}
    while not cursor.is_done and not cursor.take("AS"):
        if cursor.take("WITH"):
            own = cursor.options()
        elif cursor.take("LIKE"):
            inherited = _inherited(cursor, tables)
        else:
            _pass_over(cursor)
    tables.declare(cursor, name, None if inherited is None else {**inherited, **own})
    return name if cursor.rest() else None


def _inherited(cursor: Cursor, tables: Tables) -> dict[str, str] | None:
    """Options of the table that one is like, None where the script does not tell them all."""
    *qualifiers, name = cursor.path()
    if cursor.next.is_sign("(") and _excludes_options([token.keyword for token in cursor.group()]):
        return {}
    return None if qualifiers else tables.known.get(name)


def _excludes_options(words: list[str]) -> bool:
    """As Flink merges: what is said of OPTIONS counts, else what is said of ALL."""
    about = next((word for word in ("OPTIONS", "ALL") if word in words), "")
    return bool(about) and words[words.index(about) - 1] == "EXCLUDING"


def _pass_over(cursor: Cursor) -> None:
    if cursor.next.is_sign("("):
        cursor.group()
    elif cursor.take("COMMENT"):
        cursor.demand("string", "a text in quotes")
    elif cursor.take("INTO"):
        cursor.demand("word", "a number of buckets")
    elif not cursor.any_of(LAYOUT):
        raise cursor.refusal(f"cannot be read from {cursor.found} on; write (columns) WITH ('option' = 'value')")


def _view(cursor: Cursor, tables: Tables) -> None:
    tables.declare(cursor, _name(cursor), None)
    while not cursor.take("AS"):
        _pass_over(cursor)


def _function(cursor: Cursor) -> None:
    """Of a class in the image; a jar from elsewhere is code that nobody looked at."""
    _name(cursor)
    if not cursor.take("AS"):
        raise cursor.refusal("write CREATE FUNCTION name AS 'class'")
    cursor.demand("string", "the name of a class")
    if cursor.take("LANGUAGE"):
        cursor.demand("word", "a language")
    if not cursor.is_done:
        raise cursor.refusal("a function is a class of the environment's image; put its jar there, and leave out USING")


def _catalog(cursor: Cursor) -> None:
    """It may be read from; nothing in it is written."""
    _name(cursor)
    if cursor.take("COMMENT"):
        cursor.demand("string", "a text in quotes")
    if cursor.take("WITH"):
        cursor.options()
    if not cursor.is_done:
        raise cursor.refusal(f"cannot be read from {cursor.found} on; write CREATE CATALOG name WITH (...)")


def _name(cursor: Cursor) -> str:
    cursor.take("IF", "NOT", "EXISTS")
    return cursor.name()
