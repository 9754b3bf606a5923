"""Second pass, where the first found something: the first offending ids, every place, and a hint at the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.model.proof import Deliveries, Finding, FindingKind, Place
from flink_chaos.proof.count import LIMIT
from flink_chaos.proof.sets import OF_RUN, PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from flink_chaos.proof.phases import Phases
    from flink_chaos.proof.sets import Sets

NEVER = "never written to the sink"
LISTED = f"""
    SELECT kind, id::VARCHAR FROM (
        SELECT kind, id, row_number() OVER (PARTITION BY kind ORDER BY id) AS number FROM offender
    ) WHERE number <= {LIMIT} ORDER BY kind, number
"""
EXTRA = f"SELECT run, id::VARCHAR AS id, {PLACE} AS place FROM others ORDER BY place LIMIT {LIMIT}"


def offenders(connection: duckdb.DuckDBPyConnection, found: Deliveries, phases: Phases, sets: Sets) -> list[Finding]:
    """The first offending ids of each kind, by id; records that nobody expected, by time."""
    return [*_by_id(connection, phases, sets), *_extra(connection, found, phases)]


def _by_id(connection: duckdb.DuckDBPyConnection, phases: Phases, sets: Sets) -> Iterator[Finding]:
    listed = connection.execute(LISTED).fetchall()
    if not listed:
        return
    there = {name for (name,) in connection.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    sink = _places(connection, "copy_records")
    source = _places(connection, "source_records") if "source_records" in there else None
    aborted = _places(connection, "aborted_records") if "uncommitted_records" in there else {}
    for kind, text in listed:
        loaded = (source or {}).get(text, [None])[0]
        places = sink.get(text, [])
        yield Finding(
            kind=kind,
            id=text,
            source=loaded,
            sink=places,
            phase=_phase(kind, places, loaded, phases),
            cause=_duplicate(places, phases)
            if kind == "duplicated"
            else _loss(sets, written=text in aborted, known=source is None or loaded is not None)
            if kind == "lost"
            else "",
        )


def _places(connection: duckdb.DuckDBPyConnection, relation: str) -> Mapping[str, list[Place]]:
    """Every place of the listed ids in a relation, oldest first."""
    rows = connection.execute(
        f"SELECT id::VARCHAR, list({PLACE} ORDER BY {PLACE}) FROM {relation} "
        f"WHERE {OF_RUN} AND id IN (SELECT id FROM offender) GROUP BY id"
    ).fetchall()
    return {text: [Place.model_validate(place) for place in places] for text, places in rows}


def _phase(kind: FindingKind, places: list[Place], loaded: Place | None, phases: Phases) -> str:
    """A duplicate happened when it came again, a loss when the record was loaded."""
    at = loaded if kind == "lost" else places[-1 if kind == "duplicated" else 0]
    return phases.at(at.timestamp_ms) if at else ""


def _loss(sets: Sets, *, written: bool, known: bool) -> str:
    if written:
        return f"was written, {sets.hidden}"
    if not known:
        return "not in the source topic: the loader did not write it"
    # Which of them it was cannot be told from the two outputs.
    keyed = "never written: its input was lost or came late, or its window never fired"
    return NEVER if sets.loaded is not None else keyed


def _duplicate(places: list[Place], phases: Phases) -> str:
    first, last = places[0].timestamp_ms, places[-1].timestamp_ms
    told = f"written again {(last - first) / 1000:.1f} s later"
    if phases.at(first) != phases.at(last):
        told += f"; first {phases.at(first)}"
    if phases.replay and phases.replay.made(first, last):
        told += f"; replayed from checkpoint {phases.replay.checkpoint}"
    return told


def _extra(connection: duckdb.DuckDBPyConnection, found: Deliveries, phases: Phases) -> Iterator[Finding]:
    for run, text, place in connection.execute(EXTRA).fetchall() if found.extra else ():
        yield Finding(
            kind="extra",
            id=text or "",
            sink=[Place.model_validate(place)],
            phase=phases.at(place["timestamp_ms"]),
            cause=_stranger(connection, run, text),
        )


def _stranger(connection: duckdb.DuckDBPyConnection, run: Any, text: Any) -> str:
    own = connection.execute("SELECT getvariable('run_key')").fetchone()
    if run is None or text is None:
        return "has no run and id: no record of this pipeline"
    return "an id that nobody loaded" if own and run == own[0] else f"of another run: {run}"
