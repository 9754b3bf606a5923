"""What a script of Flink SQL writes to, as far as its own words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

STRINGS_AND_COMMENTS = re.compile(r"('(?:[^']|'')*')|--[^\n]*|/\*(?!\+).*?\*/", re.DOTALL)
"""A hint, `/*+ ... */`, is none: it may name another topic."""

STRING = re.compile(r"'(?:[^']|'')*'")
STATEMENT = re.compile(r"(?:'(?:[^']|'')*'|[^;'])+")
NAME = r"(?P<name>(?:`[^`]+`|\w+)(?:\.(?:`[^`]+`|\w+))*)"
CREATE = re.compile(
    rf"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{NAME}", re.IGNORECASE
)
REPLACE = re.compile(rf"^\s*REPLACE\s+TABLE\s+{NAME}", re.IGNORECASE)
FILLED = re.compile(r"\bAS\s+(?:SELECT|WITH|VALUES|\()", re.IGNORECASE)
"""CREATE TABLE ... AS SELECT."""

LIKE = re.compile(rf"\bLIKE\s+{NAME}", re.IGNORECASE)
ALTER = re.compile(rf"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?{NAME}", re.IGNORECASE)
INSERT = re.compile(rf"\bINSERT\s+(?:INTO|OVERWRITE)\s+{NAME}", re.IGNORECASE)
HINTED = re.compile(INSERT.pattern + r"\s*(?P<hint>/\*\+.*?\*/)", re.IGNORECASE | re.DOTALL)
OPTION = r"'{}'\s*=\s*'((?:[^']|'')*)'"
TOPIC, CONNECTOR, PATH = (
    re.compile(OPTION.format(name), re.IGNORECASE) for name in ("topic(?:-pattern)?", "connector", "path")
)


@dataclass(frozen=True)
class Target:
    """A table that is written; empty is what the script does not say of it."""

    table: str
    connector: str = ""
    topic: str = ""
    path: str = ""


def statements(script: str) -> list[str]:
    """Statements of a script, without comments."""
    bare = STRINGS_AND_COMMENTS.sub(lambda match: match[1] or " ", script)
    return [statement for statement in STATEMENT.findall(bare) if statement.strip()]


def written(script: str) -> list[Target]:
    """Every table that the script inserts into, or makes of a query.

    One whose topic a hint or an ALTER names is there once more, with that topic.
    """
    tables: dict[str, Target] = {}
    targets: dict[str, None] = {}
    renamed: list[Target] = []
    for statement in statements(script):
        made = CREATE.search(statement) or REPLACE.search(statement)
        if made:
            tables[_bare(made["name"])] = _created(_bare(made["name"]), statement, tables)
            targets |= {_bare(made["name"]): None} if FILLED.search(statement) else {}
        targets |= {_bare(match["name"]): None for match in INSERT.finditer(STRING.sub("''", statement))}
        renamed += _renamed(statement)
    return [*(tables.get(name, Target(name)) for name in targets), *renamed]


def _created(name: str, statement: str, tables: dict[str, Target]) -> Target:
    """With what it takes from the table that it is like."""
    like = LIKE.search(statement)
    base = tables.get(_bare(like["name"]), Target(name)) if like and not FILLED.search(statement) else Target(name)
    told = {"connector": CONNECTOR, "topic": TOPIC, "path": PATH}
    found = {field: match[1] for field, option in told.items() if (match := option.search(statement))}
    return replace(base, table=name, **found)


def _renamed(statement: str) -> list[Target]:
    """By ALTER, or by a hint behind the table of an INSERT; one of a table that is read hurts nobody."""
    parts = [(match["name"], match["hint"]) for match in HINTED.finditer(statement)]
    parts += [(match["name"], statement) for match in ALTER.finditer(statement)]
    return [Target(_bare(name), topic=match[1]) for name, part in parts for match in TOPIC.finditer(part)]


def _bare(name: str) -> str:
    return name.replace("`", "").rsplit(".", 1)[-1]
