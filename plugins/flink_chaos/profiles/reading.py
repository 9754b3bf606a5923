"""One YAML file into one model, with the line of whatever is wrong."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from flink_chaos.model.base import Record
from flink_chaos.model.secret_places import PROFILE, places_in
from flink_chaos.model.secrets import TOLD
from flink_chaos.model.telling import short
from flink_chaos.profiles.strict_yaml import Document, YamlProblem, load
from flink_chaos.regular import OddFileError, opened

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from flink_chaos.model.secret_places import Location

R = TypeVar("R", bound=Record)
MOST_BYTES = 512 * 1024
"""Of a file below include/, SQL too."""

MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # begins as the next but one does
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
MOST_PROBLEMS = 20
"""Of one file that are told."""


class ProfileError(ValueError):
    """A file of include/ that cannot be used: file, line, what is wrong, what to do."""


def read(path: Path, model: type[R]) -> R:
    """Read the file into the model. Raises ProfileError, and nothing else: each file stands alone."""
    document = _document(path)
    if not isinstance(document.data, dict):
        raise ProfileError(f"{path}:1: holds no mapping; see the files beside it for the shape")
    if told := _secrets(path, document):
        raise ProfileError("\n".join(told))
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ProfileError("\n".join(_explained(path, document, error))) from error
    except Exception as error:  # a check of the model that did not think of this value
        raise ProfileError(f"{path}: cannot be used: {type(error).__name__}: {short(str(error))}") from error


def _secrets(path: Path, document: Document) -> list[str]:
    found = places_in(document.data, PROFILE)[:MOST_PROBLEMS]
    return [f"{path}:{document.line_of(place)}: {_dotted(place)}: {TOLD}" for place in found]


def _dotted(location: Location) -> str:
    return short(".".join(str(part) for part in location), 120)


def line_of(path: Path, location: tuple[int | str, ...]) -> int:
    """Line (from 1) of the innermost part of `location` that is in the file; 1 if it cannot be read any more."""
    try:
        return _document(path).line_of(location)
    except ProfileError:
        return 1


def text_of(path: Path) -> str:
    """Text of a file. Raises ProfileError for what is no file, too large or no UTF-8; never waits for a writer."""
    try:
        content = _content(path)
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror}") from error
    if name := next((name for mark, name in MARKS if content.startswith(mark)), ""):
        raise ProfileError(f"{path}: cannot be read: it is {name}; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProfileError(
            f"{path}:{line}: cannot be read: byte {error.start} is no UTF-8; save it as UTF-8"
        ) from error


def _content(path: Path) -> bytes:
    try:
        with opened(path) as file:
            content = file.read(MOST_BYTES + 1) or b""
    except OddFileError as error:
        raise ProfileError(f"{path}: cannot be read: {error}; remove it") from error
    if len(content) > MOST_BYTES:
        raise ProfileError(f"{path}: cannot be read: it is larger than {MOST_BYTES // 1024} KiB; shorten it")
    return content


def _document(path: Path) -> Document:
    try:
        return load(text_of(path))
    except YamlProblem as problem:
        raise ProfileError(f"{path}:{problem.line}: {problem}") from problem


def _explained(path: Path, document: Document, error: ValidationError) -> list[str]:
    details = error.errors(include_url=False, include_input=False)
    told = [_explain(path, document, detail) for detail in details[:MOST_PROBLEMS]]
    more = len(details) - len(told)
    return [*told, f"{path}: {more:,} more problems"] if more else told


def _explain(path: Path, document: Document, detail: ErrorDetails) -> str:
    where = [_dotted(detail["loc"])] if detail["loc"] else []
    remedy = {
        "extra_forbidden": "no such setting; mind the spelling, or remove it",
        "missing": "required, and not there; add it",
    }.get(detail["type"], short(detail["msg"].removeprefix("Value error, ")))
    return ": ".join([f"{path}:{document.line_of(detail['loc'])}", *where, remedy])
