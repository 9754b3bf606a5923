"""Second pass, where the first found something: the first offending ids, every place, and a hint at the cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flink_chaos.model.proof import Finding, FindingKind, Place
from flink_chaos.model.text import LINE, cut
from flink_chaos.proof.count import LIMIT, OWN_FIRST
from flink_chaos.proof.sets import MARK, PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from flink_chaos.proof.phases import Phases
    from flink_chaos.proof.sets import Sets

MOST_PLACES = 100
"""Of one id that are listed: its first ones, and its last."""

NEVER = "never written to the sink"
LISTED = f"""
    SELECT kind, run, id::VARCHAR AS id, mark, stable_rows, copy_rows FROM (
        SELECT *, row_number() OVER (PARTITION BY kind ORDER BY {OWN_FIRST}) AS number FROM offender
    ) WHERE number <= {LIMIT} ORDER BY kind, number
"""
Identity = tuple[str | None, str | None, int | None]
"""Run, id, and what marks a record that has none."""


@dataclass(frozen=True)
class _Offender:
    """One id, with its records in the stable copy and in this one."""

    kind: FindingKind
    run: str | None
    id: str | None
    mark: int | None
    stable_rows: int
    copy_rows: int

    @property
    def identity(self) -> Identity:
        return self.run, self.id, self.mark


def offenders(connection: duckdb.DuckDBPyConnection, phases: Phases, sets: Sets) -> list[Finding]:
    """The first offending ids of each kind, this run's before others, each with its places in their order."""
    listed = [_Offender(*row) for row in connection.execute(LISTED).fetchall()]
    if not listed:
        return []
    sink = _places(connection, "copy_records")
    source = _places(connection, "source_records") if sets.source else None
    aborted = _places(connection, "aborted_records") if sets.uncommitted else {}
    found = []
    for one in listed:
        loaded = (source or {}).get(one.identity, [None])[0]
        places = sink.get(one.identity, [])
        known = source is None or loaded is not None
        found.append(
            Finding(
                kind=one.kind,
                id=cut(one.id or "", LINE, name=True),
                source=loaded,
                sink=[*places[: MOST_PLACES - 1], *places[MOST_PLACES - 1 :][-1:]],
                places=len(places),
                phase=_phase(one.kind, places, loaded, phases),
                cause=_cause(one, places, phases, sets, _Written(known, one.identity in aborted)),
            )
        )
    return found


@dataclass(frozen=True)
class _Written:
    """Whether the loader wrote it, as far as is known, and whether it was written to the sink and not delivered."""

    loaded: bool
    hidden: bool


def _cause(one: _Offender, places: list[Place], phases: Phases, sets: Sets, written: _Written) -> str:
    if one.kind == "duplicated":
        return _duplicate(places, phases)
    if one.kind == "lost":
        return _loss(one, sets, written)
    return _stranger(one, sets) if one.kind == "extra" else ""


def _places(connection: duckdb.DuckDBPyConnection, relation: str) -> Mapping[Identity, list[Place]]:
    """Every place of the listed ids in a relation, by partition and offset."""
    rows = connection.execute(
        f"SELECT run, id::VARCHAR, {MARK} AS mark, list({PLACE} ORDER BY {PLACE}) FROM {relation} "
        f"WHERE id IN (SELECT id FROM offender) OR (run IS NULL OR id IS NULL) AND "
        f"payload IN (SELECT mark FROM offender) GROUP BY ALL"
    ).fetchall()
    return {(run, text, mark): [Place.model_validate(place) for place in places] for run, text, mark, places in rows}


def _phase(kind: FindingKind, places: list[Place], loaded: Place | None, phases: Phases) -> str:
    """A duplicate happened when it came again, a loss when the record was loaded."""
    at = loaded if kind == "lost" else places[-1 if kind == "duplicated" else 0]
    return phases.at(at.timestamp_ms) if at else ""


def _loss(one: _Offender, sets: Sets, written: _Written) -> str:
    if written.hidden:
        return f"was written, {sets.hidden}"
    if not written.loaded:
        return "not in the source topic: the loader did not write it"
    if one.copy_rows:
        return f"{one.copy_rows:,} of {one.stable_rows:,} records came"
    # Which of them it was cannot be told from the two outputs.
    keyed = "never written: its input was lost or came late, or its window never fired"
    return NEVER if sets.loaded is not None else keyed


def _duplicate(places: list[Place], phases: Phases) -> str:
    """Told by times of the sink's records, which are only a hint: a replay may have another clock."""
    first, last = places[0].timestamp_ms, places[-1].timestamp_ms
    if places[0].partition != places[-1].partition:
        first, last = min(p.timestamp_ms for p in places), max(p.timestamp_ms for p in places)
    if last < first:
        return "written again, by a producer whose clock is behind"
    told = f"written again {(last - first) / 1000:.1f} s later"
    if phases.at(first) != phases.at(last):
        told += f"; first {phases.at(first)}"
    if phases.replay and phases.replay.made(first, last):
        told += f"; replayed from checkpoint {phases.replay.checkpoint}"
    return told


def _stranger(one: _Offender, sets: Sets) -> str:
    if one.mark is not None:
        return "has no run and id: no record of this pipeline"
    if one.run != sets.run_key:
        return f"of another run: {cut(one.run or '', LINE)}"
    beyond = sets.loaded is not None and not 0 <= int(one.id or -1) < sets.loaded
    return "an id that nobody loaded" if beyond else "an id that the stable copy does not have"
