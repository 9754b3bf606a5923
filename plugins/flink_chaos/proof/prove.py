"""The record proof of one copy: counts, and the first offenders if there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.proof.count import deliveries
from flink_chaos.proof.offenders import offenders
from flink_chaos.proof.sets import Sets, opened

if TYPE_CHECKING:
    from flink_chaos.model.proof import Deliveries, Finding
    from flink_chaos.proof.phases import Phases


def prove(sets: Sets, phases: Phases) -> tuple[Deliveries, list[Finding]]:
    """Count how often each expected id came; list the first that are lost, duplicated, changed, reordered or extra."""
    with opened(sets) as connection:
        found = deliveries(connection, sets)
        return found, offenders(connection, phases, sets)
