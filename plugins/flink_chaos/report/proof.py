"""The record proof as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.report.table import by_copy, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flink_chaos.model.base import Copy
    from flink_chaos.model.proof import Deliveries, Finding, Place

MOST_PLACES = 3


def render_proof(found: Mapping[Copy, tuple[Deliveries, Sequence[Finding]]]) -> str:
    """Counts of both copies, then the first offending records of each."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[Copy, tuple[Deliveries, Sequence[Finding]]]) -> Iterator[str]:
    yield from table(*by_copy({copy: deliveries.model_dump() for copy, (deliveries, _) in found.items()}))
    for copy, (_, findings) in found.items():
        if findings:
            yield ""
            yield from findings_table(copy.value, findings)


def findings_table(title: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Offending records with their places."""
    return table(*offending(title, findings))


def offending(title: str, findings: Sequence[Finding]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of a table of them; the first column says what is wrong."""
    return [title, "id", "phase", "source", "sink", "cause"], [_cells(finding) for finding in findings]


def in_words(finding: Finding) -> str:
    """One line: what is wrong with which id, when, where and perhaps why."""
    kind, number, phase, source, sink, cause = _cells(finding)
    places = [f"source {source}" if source else "", f"sink {sink}" if sink else ""]
    told = [f"{kind} {number} {phase}".strip(), *places, cause]
    return "; ".join(part for part in told if part)


def _cells(finding: Finding) -> list[str]:
    source = _place(finding.source) if finding.source else ""
    shown = ", ".join(_place(place) for place in finding.sink[:MOST_PLACES])
    more = max(finding.places, len(finding.sink)) - MOST_PLACES
    sink = f"{shown} and {more:,} more" if more > 0 else shown
    return [finding.kind, finding.id, finding.phase, source, sink, finding.cause]


def _place(place: Place) -> str:
    return f"{place.file or place.partition}@{place.offset}"
