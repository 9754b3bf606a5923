"""Which pods an experiment hits: the rules of Litmus 3.31, without any call to a cluster."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ANY_POD = "KIND"
"""What the operator puts for the kind if only a namespace is given."""

EXACT_PODS = "pod"


@dataclass(frozen=True)
class Target:
    """One entry of TARGETS: `kind:namespace:[a,b]`, where the items are labels if one has a `=`, else names."""

    kind: str
    namespace: str
    items: tuple[str, ...]

    @property
    def by_label(self) -> bool:
        """Whether the items are labels."""
        return any("=" in item for item in self.items)


@dataclass(frozen=True)
class Owner:
    """The workload that a pod belongs to; the kind is lower case."""

    kind: str
    name: str


@dataclass(frozen=True)
class Pod:
    """What an experiment needs to know of a pod."""

    name: str
    namespace: str
    uid: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: Owner | None = None
    node: str = ""
    ready: bool = False
    terminating: bool = False
    host_network: bool = False
    mirror: bool = False

    @property
    def workload(self) -> Owner:
        """What it belongs to, else itself."""
        return self.owner or Owner(EXACT_PODS, self.name)

    def __str__(self) -> str:
        """As Litmus writes a pod in errors."""
        return f"{{podName: {self.name}, namespace: {self.namespace}}}"


def parse_targets(text: str) -> tuple[Target, ...]:
    """Read TARGETS. Raises ChaosError with the entry that does not follow the grammar."""
    return tuple(_target(entry.strip()) for entry in text.split(";") if entry.strip())


def _target(entry: str) -> Target:
    parts = entry.split(":", 2)
    if len(parts) != 3 or not (parts[2].startswith("[") and parts[2].endswith("]")):
        raise ChaosError(Code.TARGET_SELECTION, f"TARGETS has '{entry}', which is not kind:namespace:[item,item]")
    items = tuple(item.strip() for item in parts[2][1:-1].split(",") if item.strip())
    return Target(parts[0], parts[1], items)


def select(target: Target, pods: Sequence[Pod]) -> list[Pod]:
    """Pods of the target's namespace that it means, each once. Several labels are a union, as in Litmus since 3.0."""
    matches = _rule(target)
    return [pod for pod in pods if pod.namespace == target.namespace and matches(pod)]


def _rule(target: Target) -> Callable[[Pod], bool]:
    if target.kind == ANY_POD:
        return _not_chaos
    if target.kind == EXACT_PODS:
        return lambda pod: pod.name in target.items
    if target.by_label:
        return lambda pod: _has_any_label(pod, target.items) and _owner_kind(pod) == target.kind.lower()
    return lambda pod: (
        pod.owner is not None and _owner_kind(pod) == target.kind.lower() and pod.owner.name in target.items
    )


def _not_chaos(pod: Pod) -> bool:
    return "chaosUID" not in pod.labels and pod.labels.get("name") != "chaos-operator"


def _has_any_label(pod: Pod, wanted: Sequence[str]) -> bool:
    pairs = (label.partition("=") for label in wanted)
    return any(pod.labels.get(key) == value for key, _, value in pairs)


def _owner_kind(pod: Pod) -> str:
    return pod.owner.kind if pod.owner else ""


def share(pods: Sequence[Pod], percentage: int, start: int | None = None) -> list[Pod]:
    """At least one pod, else `percentage` of them: neighbours in a ring from a random start (or from `start`)."""
    if not pods:
        return []
    count = max(1, min(percentage, 100) * len(pods) // 100)
    first = random.randrange(len(pods)) if start is None else start  # noqa: S311 - chance, not a secret
    return [pods[(first + step) % len(pods)] for step in range(count)]
