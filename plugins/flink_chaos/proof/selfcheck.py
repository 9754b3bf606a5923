"""Whether a self-test's plantings were found: exactly those, and the first of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.proof.count import LIMIT
from flink_chaos.proof.plantings import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flink_chaos.model.proof import Deliveries, Finding
    from flink_chaos.proof.plantings import Planting

COUNTED = (*KINDS, "surplus", "aborted")


def numbers(found: Deliveries) -> dict[str, int]:
    """How many offences of each kind."""
    return {kind: int(getattr(found, kind) or 0) for kind in COUNTED}


def alarms(clean: Deliveries) -> list[str]:
    """Offences that were found where none is."""
    return [f"clean copy: {kind} {number}" for kind in COUNTED if (number := getattr(clean, kind))]


def differences(planting: Planting, found: Deliveries) -> list[str]:
    """Kinds of which more or fewer were found than were planted."""
    return [
        f"{kind}: {planting.counts[kind]:,} planted, {number or 0:,} found"
        for kind in COUNTED
        if (number := getattr(found, kind)) != planting.counts[kind]
    ]


def unlisted(planting: Planting, findings: Sequence[Finding]) -> list[str]:
    """The first of each kind must be named, and the lost one that an aborted transaction holds."""
    problems = []
    for kind in KINDS:
        named = sorted(int(one.id) for one in findings if one.kind == kind)
        wanted = planting.ids[kind][:LIMIT]
        if kind == "extra" and not set(named) <= set(planting.ids[kind]):
            problems.append(f"{kind}: named {named}, planted {planting.ids[kind]}")
        elif kind != "extra" and named != wanted:
            problems.append(f"{kind}: named {named}, planted first {wanted}")
    causes = {one.id: one.cause for one in findings if one.kind == "lost"}
    first = str(planting.ids["lost"][0])
    if "aborted" not in causes.get(first, ""):
        problems.append(f"lost id {first} was in an aborted transaction; told is: {causes.get(first, 'nothing')}")
    return problems
