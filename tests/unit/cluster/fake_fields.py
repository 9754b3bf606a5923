"""Who owns which field, as server-side apply keeps it; lists are one field."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]
Path = tuple[str, ...]
IDENTITY = {("apiVersion",), ("kind",)} | {
    ("metadata", name) for name in ("name", "namespace", "uid", "resourceVersion", "generation")
}
MISSING = object()


class Owners:
    """Field owners of every object, by object key and manager."""

    def __init__(self) -> None:
        self._owned: dict[Any, dict[str, set[Path]]] = {}

    def wrote(self, key: Any, manager: str, fresh: Object, old: Object) -> None:
        """A create, update or patch owns what it changed."""
        changed = {path for path, value in leaves(fresh) if at(old, path) != value}
        self._take(key, manager, changed, at_least=True)

    def applied(self, key: Any, manager: str, manifest: Object, old: Object) -> Object:
        """Return the object after an apply: our fields as in the manifest, those that we no longer name removed."""
        paths = {path for path, _ in leaves(manifest)}
        others = {path for name, owned in self._owned.get(key, {}).items() if name != manager for path in owned}
        fresh = deepcopy(old)
        for path in self._owned.get(key, {}).get(manager, set()) - paths - others:
            _remove(fresh, path)
        self._take(key, manager, paths, at_least=False)
        return merged(fresh, manifest)

    def conflicts(self, key: Any, manager: str, manifest: Object, old: Object) -> list[str]:
        """Tell which fields of the manifest others own with another value."""
        return [
            f'conflict with "{name}": .{".".join(path)}'
            for name, owned in self._owned.get(key, {}).items()
            for path, value in leaves(manifest)
            if name != manager and path in owned and at(old, path) != value
        ]

    def forget(self, key: Any) -> None:
        """The object is gone."""
        self._owned.pop(key, None)

    def _take(self, key: Any, manager: str, paths: set[Path], *, at_least: bool) -> None:
        owned = self._owned.setdefault(key, {})
        for name in owned.keys() - {manager}:
            owned[name] -= paths
        owned[manager] = (owned.get(manager, set()) | paths) if at_least else paths


def leaves(value: Object, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every field that is no object, but for an object's identity."""
    for key, below in value.items():
        path = (*above, key)
        if isinstance(below, dict) and below:
            yield from leaves(below, path)
        elif path not in IDENTITY:
            yield path, below


def at(value: Any, path: Path) -> Any:
    """Return the value at `path`, or MISSING."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def merged(old: Any, patch: Any) -> Any:
    """Return `old` after a JSON merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    fresh = deepcopy(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            fresh.pop(key, None)
        else:
            fresh[key] = merged(fresh.get(key), value)
    return fresh


def _remove(value: Object, path: Path) -> None:
    for key in path[:-1]:
        value = value.get(key, {})
    value.pop(path[-1], None)
