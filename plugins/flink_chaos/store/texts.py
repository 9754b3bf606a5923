"""Records as text and back: whatever text they hold comes back, or is spelt out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from flink_chaos.model.base import Record
from flink_chaos.store.errors import StoreError
from flink_chaos.store.files import encoded, text_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from upath import UPath

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def json_of(record: Record, *, indent: int | None = None, **shape: Any) -> str:
    """The record as JSON; `shape` is pydantic's own, such as `by_alias`.

    Half a character, which JSON from elsewhere may hold and UTF-8 may not, is spelt out, and nothing else changes.
    """
    try:
        return record.model_dump_json(indent=indent, **shape)
    except PydanticSerializationError:
        return to_json(_spelt(record.model_dump(mode="json", **shape)), indent=indent).decode()


def _spelt(value: Any) -> Any:
    if isinstance(value, str):
        return encoded(value).decode()
    if isinstance(value, dict):
        return {_spelt(name): _spelt(below) for name, below in value.items()}
    return [_spelt(below) for below in value] if isinstance(value, list) else value


def read(path: UPath, model: type[R]) -> R:
    """Read a record. Raises StoreError for one that is not there, is damaged, or that another version wrote."""
    return parsed(path, text_at(path), model.model_validate_json)


def parsed(path: UPath, text: str, parse: Callable[[str], T]) -> T:
    """The record that a text of the file is. Raises StoreError as `read` does."""
    try:
        return parse(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise unreadable(path, f"{where}: {first['msg']}" if where else first["msg"]) from error


def unreadable(path: UPath | str, why: str) -> StoreError:
    """What is said of a record that is there, and that nobody can use."""
    told = " ".join(why.split())
    return StoreError(f"{path}: cannot be read by this version ({told}); it is damaged, or use the one that wrote it")
