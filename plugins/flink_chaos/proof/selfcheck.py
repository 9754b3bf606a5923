"""Whether a self-test's plantings were found: exactly those, and the first of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from flink_chaos.proof.count import LIMIT
from flink_chaos.proof.plantings import KINDS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from flink_chaos.model.proof import Deliveries, Finding


class Planted(Protocol):
    """What the proof must find: numbers, and the ids of each kind; the first lost one was aborted."""

    ids: dict[str, list[Any]]
    counts: Counter[str]


COUNTED = (*KINDS, "surplus", "aborted")


def numbers(found: Deliveries) -> dict[str, int]:
    """How many offences of each kind."""
    return {kind: int(getattr(found, kind) or 0) for kind in COUNTED}


def alarms(clean: Deliveries) -> list[str]:
    """Offences that were found where none is."""
    return [f"clean copy: {kind} {number}" for kind in COUNTED if (number := getattr(clean, kind))]


def differences(planted: Planted, found: Deliveries) -> list[str]:
    """Kinds of which more or fewer were found than were planted."""
    pairs = [(kind, planted.counts[kind], number) for kind, number in numbers(found).items()]
    return [f"{kind}: {wanted:,} planted, {number:,} found" for kind, wanted, number in pairs if number != wanted]


def unlisted(planted: Planted, findings: Sequence[Finding]) -> list[str]:
    """The first of each kind must be named, and the cause of the lost one that an aborted transaction holds."""
    problems = []
    for kind in KINDS:
        named = {one.id for one in findings if one.kind == kind}
        ids = [str(one) for one in planted.ids.get(kind, ())]
        if named != set(ids[:LIMIT]):
            problems.append(f"{kind}: named {sorted(named)}, planted {ids}")
    causes = {one.id: one.cause for one in findings if one.kind == "lost"}
    first = str(planted.ids["lost"][0])
    if "aborted" not in causes.get(first, ""):
        problems.append(f"lost id {first} was in an aborted transaction; told is: {causes.get(first, 'nothing')}")
    return problems
