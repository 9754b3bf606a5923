"""What a script of Flink SQL writes to. Whatever is none of the few forms that can be read for certain is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flink_chaos.flink.cursor import Cursor
from flink_chaos.flink.declarations import Tables, declare
from flink_chaos.model.flink_options import option_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flink_chaos.flink.scripts import ScriptError
    from flink_chaos.flink.statements import Statement

QUERY = {"SELECT", "WITH", "VALUES"}
FORMS = (
    "a script consists of SET 'option' = 'value', CREATE [TEMPORARY] TABLE, VIEW, FUNCTION or CATALOG, INSERT INTO, "
    "EXECUTE STATEMENT SET BEGIN ... END, and queries"
)
INSTEAD = {
    "ADD": "put the jar into the environment's image",
    "ALTER": "say all of a table in its CREATE TABLE",
    "BEGIN": "write EXECUTE STATEMENT SET BEGIN ... END",
    "COMPILE": "write the INSERT itself",
    "DROP": "a run begins without tables; leave it out, and give each table a name of its own",
    "EXECUTE": "write EXECUTE STATEMENT SET BEGIN ... END, or the INSERT alone",
    "RESET": "leave out the SET",
    "SET": "write SET 'option' = 'value'",
    "UPSERT": "write INSERT INTO",
    "USE": "leave it out, and write the names of tables that are read in full",
}


class Target(NamedTuple):
    """A table that is written, with the options that count then."""

    statement: Statement
    table: str
    options: Mapping[str, str]


class Reading(NamedTuple):
    """What a script does, as far as it reaches beyond itself."""

    targets: list[Target]
    options: dict[str, str]


def read(script: Iterable[Statement]) -> Reading:
    """Every table that the script inserts into, or makes of a query, and what it SETs. Raises ScriptError.

    An option that is SET twice, or behind the statement whose job should have it, counts otherwise than it seems.
    """
    tables, found, begun = Tables(), Reading([], {}), False
    for statement in script:
        if option := setting(statement):
            _set(statement, *option, found.options, begun=begun or bool(found.targets))
        elif is_query(statement):
            begun = True
        else:
            found.targets.extend(_targets(statement, tables))
    return found


def _set(statement: Statement, name: str, value: str, options: dict[str, str], *, begun: bool) -> None:
    if begun:
        raise statement.refusal("the job before it begins without it; write each SET before the first INSERT")
    if value_of(options, option_of(name)) is not None:
        raise statement.refusal(f"{name} is SET already; keep one")
    options[name] = value


def setting(statement: Statement) -> tuple[str, str] | None:
    """Name and value of `SET 'name' = 'value'`, None for another statement."""
    found = [token.kind for token in statement.tokens]
    if found != ["word", "string", "sign", "string"]:
        return None
    word, name, sign, value = statement.tokens
    return (name.value, value.value) if word.keyword == "SET" and sign.text == "=" else None


def is_query(statement: Statement) -> bool:
    """Whether it does nothing but read."""
    return statement.tokens[0].keyword in QUERY


def _targets(statement: Statement, tables: Tables) -> list[Target]:
    cursor = Cursor(statement)
    if cursor.take("EXECUTE", "STATEMENT", "SET", "BEGIN"):
        return _of_set(statement, cursor, tables)
    if cursor.take("INSERT"):
        return [_inserted(statement, cursor, tables)]
    if cursor.take("CREATE", "OR") or cursor.take("CREATE") or cursor.next.keyword == "REPLACE":
        cursor.take("REPLACE")
        name = declare(cursor, tables)
        return [Target(statement, name, tables.options(cursor, name))] if name else []
    raise _unknown(cursor)


def _unknown(cursor: Cursor) -> ScriptError:
    return cursor.refusal(f"nobody can tell what it writes to; {INSTEAD.get(cursor.next.keyword, FORMS)}")


def _of_set(statement: Statement, cursor: Cursor, tables: Tables) -> list[Target]:
    """INSERTs, with a `;` behind each."""
    found = []
    while cursor.take("INSERT"):
        found.append(_inserted(statement, cursor, tables))
        cursor.skip_to(";")
    if not cursor.take("END") or not cursor.is_done:
        raise cursor.refusal("a statement set holds INSERTs only, with a ; behind each, and then END; write it so")
    return found


def _inserted(statement: Statement, cursor: Cursor, tables: Tables) -> Target:
    """`INTO name /*+ OPTIONS(...) */ PARTITION (...) (columns) query`."""
    if not cursor.any_of({"INTO", "OVERWRITE"}):
        raise cursor.refusal("cannot be read; write INSERT INTO, the table and a query")
    name = cursor.name()
    options = {**tables.options(cursor, name), **_hint(cursor)}
    if cursor.take("PARTITION"):
        cursor.group()
    if not cursor.next.is_sign("(") and cursor.next.keyword not in {*QUERY, "TABLE"}:
        raise cursor.refusal(f"cannot be read from {cursor.found} on; write INSERT INTO, the table and a query")
    return Target(statement, name, options)


def _hint(cursor: Cursor) -> dict[str, str]:
    """Options for this INSERT alone."""
    if not cursor.takes("/*+"):
        return {}
    if not cursor.take("OPTIONS"):
        raise cursor.refusal("a hint of the table that is written is /*+ OPTIONS('option' = 'value') */; write it so")
    options = cursor.options()
    cursor.demand_sign("*/")
    return options
