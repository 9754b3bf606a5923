"""One YAML file into one model, with the line of whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import ValidationError

from flink_chaos.model.base import Record
from flink_chaos.model.secrets import TOLD, places_in

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from flink_chaos.model.secrets import Location

R = TypeVar("R", bound=Record)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(LOADER):  # type: ignore[misc, valid-type]
    """Of a key that is there twice YAML takes the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, *, deep: bool = False) -> dict[Any, Any]:
        """The mapping. Raises ConstructorError at the second of two equal keys."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key.value, str) and key.value in seen:
                problem = f"`{key.value}` is there twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


class ProfileError(ValueError):
    """A file of include/ that cannot be used: file, line, what is wrong, what to do."""


def read(path: Path, model: type[R]) -> R:
    """Read the file into the model. Raises ProfileError."""
    try:
        text = path.read_text()
        data = yaml.load(text, _Strict)  # noqa: S506 - a safe loader, the C one where it is there
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: cannot be read: byte {error.start} is no UTF-8; save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise ProfileError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise ProfileError(f"{path}:1: holds no mapping; see the files beside it for the shape")
    if told := [f"{path}:{line_of(text, place)}: {_dotted(place)}: {TOLD}" for place in places_in(data)]:
        raise ProfileError("\n".join(told))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ProfileError("\n".join(_explain(path, text, detail) for detail in error.errors())) from error


def _explain(path: Path, text: str, detail: ErrorDetails) -> str:
    where = [_dotted(detail["loc"])] if detail["loc"] else []
    remedy = {
        "extra_forbidden": "no such setting; mind the spelling, or remove it",
        "missing": "required, and not there; add it",
    }.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    return ": ".join([f"{path}:{line_of(text, detail['loc'])}", *where, remedy])


def _dotted(location: Location) -> str:
    return ".".join(str(part) for part in location)


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """Line (1-based) of the innermost part of `location` that is in the file."""
    node = yaml.compose(text, LOADER)
    line = 1
    for part in location:
        found = _child(node, part)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
