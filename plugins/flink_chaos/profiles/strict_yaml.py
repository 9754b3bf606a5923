"""YAML of people: one document, each key a text that is there once, plain types only, and no more than a person writes.

Whatever is wrong is one problem with its line, found before anything is made of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from flink_chaos.model.telling import short, shown, unusable

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_CHARACTERS = 128 * 1024
MOST_VALUES = 10_000
"""Keys and values, those that an alias repeats counted each time."""

DEEPEST = 30
LONGEST_PLAIN = 100
"""Characters of a value that is no text."""

ODD_NUMBER = re.compile(r"[-+]?(?:0[0-7_]+|[0-9_]+(?::[0-5]?[0-9])+)")
"""YAML 1.1 takes 010 for eight, and 12:30:00 for 45,000."""

TAG = "tag:yaml.org,2002:"
MERGE = f"{TAG}merge"
SCALARS = {f"{TAG}{name}": name for name in ("str", "int", "float", "bool", "null", "timestamp")}
PLAIN = {*SCALARS, f"{TAG}map", f"{TAG}seq"}


class YamlProblem(ValueError):  # noqa: N818 - it is told as the problem of a file or a parameter
    """What is wrong, and in which line (from 1)."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class Document:
    """What a text says, and where it says it."""

    data: Any
    root: yaml.Node | None

    def line_of(self, location: tuple[int | str, ...]) -> int:
        """Line (from 1) of the innermost part of `location` that is in the text."""
        node, line = self.root, 1
        for part in location:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
            line = _line(key)
        return line


def load(text: str) -> Document:
    """Read the text. Raises YamlProblem."""
    if len(text) > MOST_CHARACTERS:
        raise YamlProblem(1, f"has {len(text):,} characters; {MOST_CHARACTERS:,} are allowed")
    try:
        _require_flat(text)
        loader = LOADER(text)
        root = loader.get_single_node()
        if root is not None:
            _Check(loader).weigh(root, 0)
        return Document(loader.construct_document(root) if root else None, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        told = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlProblem(line, f"not valid YAML: {short(told)}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlProblem(line, "not valid YAML: a control character; remove it") from error
    except UnicodeEncodeError as error:
        raise YamlProblem(1, "not valid YAML: no Unicode text; write it as UTF-8") from error


def _require_flat(text: str) -> None:
    """Before anything is built of it: a parser that descends into a thousand levels may not come back."""
    depth = values = 0
    for event in yaml.parse(text, LOADER):
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        values += opens or isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST or values > MOST_VALUES:
            raise YamlProblem(_line(event), _too_much(depth))


def _too_much(depth: int) -> str:
    return f"is nested deeper than {DEEPEST} levels" if depth > DEEPEST else f"holds more than {MOST_VALUES:,} values"


class _Check:
    """Everything that is refused in a tree of nodes; aliases make it a graph."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.known: dict[int, tuple[int, int]] = {}
        """Values and levels of a node that was seen."""

        self.open: set[int] = set()

    def weigh(self, node: yaml.Node, depth: int) -> tuple[int, int]:
        """Values and levels of the node with all below it. Raises YamlProblem."""
        if id(node) in self.open:
            raise YamlProblem(_line(node), "an alias refers to what it stands in; write it out")
        if id(node) not in self.known:
            self.open.add(id(node))
            self._require_plain(node)
            below = [self.weigh(child, depth + 1) for child in self._children(node)]
            self.known[id(node)] = (
                1 + sum(size for size, _ in below),
                1 + max((height for _, height in below), default=0),
            )
            self.open.discard(id(node))
        size, height = self.known[id(node)]
        if size > MOST_VALUES or depth + height > DEEPEST + 1:
            raise YamlProblem(_line(node), _too_much(depth + height - 1))
        return size, height

    def _children(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if not isinstance(node, yaml.MappingNode):
            return []
        self._require_keys(node)
        return [part for key, value in node.value for part in ((value,) if key.tag == MERGE else (key, value))]

    def _require_keys(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag not in (f"{TAG}str", MERGE):
                raise YamlProblem(_line(key), f"the key {_told(key)} is no text; put it into quotes")
            if key.value in seen:
                raise YamlProblem(_line(key), f"`{short(key.value, 80)}` is there twice; keep one of them")
            seen.add(key.value)

    def _require_plain(self, node: yaml.Node) -> None:
        if node.tag not in PLAIN:
            tag = short(node.tag.replace(TAG, "!!"), 80)
            raise YamlProblem(_line(node), f"{_told(node)} is a {tag}, which is not taken; put a text into quotes")
        if isinstance(node, yaml.ScalarNode):
            self._require_scalar(node)

    def _require_scalar(self, node: yaml.ScalarNode) -> None:
        if node.tag == f"{TAG}str":
            if problem := unusable(node.value):
                raise YamlProblem(_line(node), problem)
            return
        kind = {"timestamp": "date"}.get(SCALARS.get(node.tag, ""), SCALARS.get(node.tag, node.tag))
        if not self._is(node):
            raise YamlProblem(_line(node), f"{_told(node)} is no {kind} that can be used; put a text into quotes")
        if ODD_NUMBER.fullmatch(node.value):
            meant = f"YAML takes {_told(node)} for {self._value(node)}"
            raise YamlProblem(_line(node), f"{meant}; write that number, or put a text into quotes")

    def _is(self, node: yaml.ScalarNode) -> bool:
        """Whether it is what it is taken for: YAML knows dates by their look, and Python knows no 30th of February."""
        if len(node.value) > LONGEST_PLAIN:
            return False
        try:
            value = self._value(node)
        except Exception:  # noqa: BLE001 - PyYAML's constructors raise whatever their calls do
            return False
        return not isinstance(value, int) or abs(value) < 2**63


    def _value(self, node: yaml.ScalarNode) -> Any:
        return self.loader.yaml_constructors[node.tag](self.loader, node)


def _line(part: yaml.Node | yaml.Event) -> int:
    return int(part.start_mark.line) + 1 if part.start_mark else 1


def _told(node: yaml.Node) -> str:
    return shown(node.value) if isinstance(node, yaml.ScalarNode) else f"of {len(node.value)} parts"


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
