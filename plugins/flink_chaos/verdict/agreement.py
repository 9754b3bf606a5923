"""Counts by Flink SQL and those of the record proof are two ways to the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import Counts, RecordProof
from flink_chaos.model.proof import Compared
from flink_chaos.verdict.open_files import still_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.proof import Deliveries

COMMON = tuple(Compared.model_fields)


def proved(journal: Journal) -> dict[Copy, Deliveries]:
    """The newest record proof of each copy, where there is one: records that are no JSON have none."""
    proofs = {copy: journal.last(RecordProof, copy_=copy) for copy in Copy}
    return {copy: proof.deliveries for copy, proof in proofs.items() if proof}


def disagreements(journal: Journal, deliveries: Mapping[Copy, Deliveries]) -> list[str]:
    """Every number that differs; a copy that SQL never counted is one."""
    settled = {copy: found for copy, found in deliveries.items() if not still_written(journal, copy)}
    return [line for copy, found in settled.items() for line in _of_copy(journal, copy, found)]


def _of_copy(journal: Journal, copy: Copy, deliveries: Deliveries) -> list[str]:
    counts = journal.last(Counts, copy_=copy)
    if counts is None:
        return [f"methods disagree: {copy}: not counted by SQL"]
    pairs = [(name, getattr(counts, name), getattr(deliveries, name)) for name in COMMON]
    return [
        f"methods disagree: {copy}: {name} is {by_sql:,} by SQL and {by_proof:,} by the record proof"
        for name, by_sql, by_proof in pairs
        if None not in (by_sql, by_proof) and by_sql != by_proof
    ]
