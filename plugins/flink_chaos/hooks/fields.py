"""The fields of a connection: each one is used, or the connection is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.sdk import Connection


class WrongConnectionError(ValueError):
    """What is wrong with a connection, by its name, and what to write instead; never with a secret of it."""

    def __init__(self, connection: Connection, kind: str, what: str) -> None:
        """`what` goes on after "connection ... has"."""
        super().__init__(f"connection {connection.conn_id!r} ({kind}) has {what}")


def extra_of(connection: Connection, kind: str) -> dict[str, Any]:
    """Return the extra. Raises WrongConnectionError when it is no JSON object: Airflow would take it for empty."""
    try:
        found = json.loads(connection.extra or "{}")
    except ValueError as error:
        raise WrongConnectionError(connection, kind, "an extra that is no JSON. Correct it") from error
    if not isinstance(found, dict):
        raise WrongConnectionError(connection, kind, "an extra that is no JSON object. Write {...}")
    return dict(connection.extra_dejson)  # masks what is secret in it


def refuse_fields(connection: Connection, kind: str, names: Iterable[str], instead: str) -> None:
    """Raise WrongConnectionError for fields that are filled in and that nothing would read."""
    filled = [name for name in names if getattr(connection, name, None)]
    if filled:
        raise WrongConnectionError(connection, kind, f"{', '.join(filled)} filled in, which is not used. {instead}")


def truth_of(connection: Connection, kind: str, name: str, value: Any) -> bool:
    """Return a truth value as forms and JSON write it; nothing is false. Raises WrongConnectionError for others."""
    word = str(value or "false").strip().lower()
    if word not in ("true", "false"):
        raise WrongConnectionError(connection, kind, f"{name} {value!r}. Write true or false")
    return word == "true"
