"""Whether two stored plans make the same test, and what they differ in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Values = dict[str, object]
"""Dotted path -> value, of everything that a plan decides."""

OF_THIS_RUN = (
    *("run_key", "dag_id", "run_id", "attempt", "created_at", "copies", "loader", "engine", "lease"),
    *("deadlines", "injection_seconds", "measured", "contract", "request.on_busy", "request.dry_run", "request.seed"),
    *("environment.description", "environment.slack", "environment.checkpoints", "environment.injection_seconds"),
    "pipeline.description",
)
"""Names of the run, what follows from the rest, and what changes nothing that is tested.

`contract` is among them as it holds numbers that were measured; what was asked for is in pipeline and request.
"""

BUILD = ("package_version", "environment.flink.image", "pipeline.application.jar_uri")
"""What may be another build of the same: of the application under test, or of this package."""

DEMANDS = ("pipeline.contract", "request.contract_bounds")
"""What is demanded of a test makes it no other: else a bound that is measured would find no run."""

FAULT = ("fault", "fault_values")


def differences(stored: Mapping[str, Any], plan: Mapping[str, Any], *, but_fault: bool = False) -> list[str] | None:
    """What differs in the builds of two plans (as JSON), each in words; None if they do not make the same test.

    :param but_fault: whatever their faults are.
    """
    left_out = {*OF_THIS_RUN, *(FAULT if but_fault else ())}
    one, other = _values(stored, left_out), _values(plan, left_out)
    builds = {*BUILD, *(f"scripts.{name}" for name in (_script(stored), _script(plan)) if name)}
    differing = sorted(path for path in {*one, *other} if one.get(path) != other.get(path))
    if any(path not in builds and not _below(path, DEMANDS) for path in differing):
        return None
    return [_told(path, one.get(path), other.get(path)) for path in differing]


def identities(plan: Mapping[str, Any]) -> tuple[str, str]:
    """Short texts that two plans (as JSON) have in common when `differences` calls them the same test.

    The first as they are, the second whatever their faults are. They tell other tests apart without comparing each
    with each; what they let through is still to be compared.
    """
    left_out = {*OF_THIS_RUN, *BUILD, *DEMANDS, f"scripts.{_script(plan)}"}
    but_fault = _digest(_values(plan, {*left_out, *FAULT}))
    fault = _values({name: plan.get(name) for name in FAULT}, left_out)
    return _digest({**fault, "": but_fault}), but_fault


def _digest(values: Values) -> str:
    spelt = sorted((path, _plain(value)) for path, value in values.items())
    return hashlib.sha256(repr(spelt).encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _plain(value: object) -> object:
    """Values that are equal have one spelling: 1, 1.0 and true."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return sorted((name, _plain(below)) for name, below in value.items())
    if isinstance(value, list):
        return [_plain(below) for below in value]
    return int(value) if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()) else value


def _values(plan: Mapping[str, Any], left_out: Collection[str]) -> Values:
    return dict(_flat(plan, "", left_out))


def _flat(value: object, path: str, left_out: Collection[str]) -> Iterator[tuple[str, object]]:
    """An empty mapping is nothing: a field that a newer version added is no other test while nobody uses it."""
    if isinstance(value, dict):
        for name, below in value.items():
            # A script is one value by its file's name, which has dots of its own.
            under = f"{path}.{name}" if path else str(name)
            if under not in left_out:
                yield from _flat(below, under, left_out)
    elif value not in (None, [], ""):
        yield path, value


def _below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}.") for root in roots)


def _script(plan: Mapping[str, Any]) -> str:
    """The file with the application under test, where it is SQL."""
    return str(((plan.get("pipeline") or {}).get("application") or {}).get("sql") or "")


def _told(path: str, one: object, other: object) -> str:
    """The text of a script is too long to be shown."""
    script = path.removeprefix("scripts.")
    return f"{script} is another" if script != path else f"{path.rpartition('.')[2]} {one} -> {other}"
