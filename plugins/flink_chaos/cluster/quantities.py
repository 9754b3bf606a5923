"""Amounts as Kubernetes writes them, and what a pod asks of its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubernetes.utils.quantity import parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Amounts = dict[str, float]
"""Name of a resource -> how much: cores, bytes, pieces. `pods` is one of them: a node takes so many."""

SLACK = 1e-6
"""Thousandths of a core do not add up exactly."""


def quantity(value: object) -> float:
    """A Kubernetes quantity as a number: `300m` is 0.3, `1Gi` is 2**30. Raises ValueError for what is none."""
    try:
        return float(parse_quantity(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no Kubernetes quantity such as 300m or 2Gi: {error}") from error


def amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """The same of a list of resources, such as `requests` or `allocatable`."""
    return {name: quantity(value) for name, value in (resources or {}).items()}


def requests_of(pod: Mapping[str, Any]) -> Amounts:
    """What the scheduler counts for a pod, one of `pods` among it.

    Containers and init containers that stay (sidecars) add up. Of other init containers one runs at a time, beside the
    sidecars before it. What is asked for the pod as a whole stands instead; the overhead of its runtime comes on top.
    """
    spec = pod.get("spec") or {}
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers") or []:
        with_it = added(sidecars, _asked(container))
        peak = _larger(peak, with_it)
        sidecars = with_it if container.get("restartPolicy") == "Always" else sidecars
    running = added(sidecars, *(_asked(container) for container in spec.get("containers") or []))
    return added(_larger(running, peak) | _asked(spec), amounts(spec.get("overhead")), {"pods": 1.0})


def added(*parts: Amounts) -> Amounts:
    """The sum of each."""
    return {name: sum(part.get(name, 0.0) for part in parts) for name in _names(parts)}


def lacking(free: Amounts, asked: Amounts) -> list[str]:
    """Names of what is not there in that amount. A node that says nothing of pods takes any number of them."""
    room = {"pods": float("inf")} | free
    return [name for name, amount in asked.items() if amount > 0 and amount > room.get(name, 0.0) + SLACK]


def _asked(whose: Mapping[str, Any]) -> Amounts:
    """A limit without a request is a request too."""
    resources = whose.get("resources") or {}
    return amounts(resources.get("limits")) | amounts(resources.get("requests"))


def _larger(one: Amounts, other: Amounts) -> Amounts:
    return {name: max(one.get(name, 0.0), other.get(name, 0.0)) for name in _names((one, other))}


def _names(parts: Iterable[Amounts]) -> set[str]:
    return {name for part in parts for name in part}
