"""The record proof, the SQL (in DuckDB) and a brute force in Python find the same numbers in the same records."""

from __future__ import annotations

import os
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flink_chaos.flink.comparison import counts_statement
from flink_chaos.model.batches import SCHEMA
from flink_chaos.model.proof import Compared
from flink_chaos.proof import pieces
from flink_chaos.proof.extract import extracted
from flink_chaos.proof.phases import Phases
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets
from flink_chaos.steps.scanning import shape_of

from tests.unit.plans import a_plan
from tests.unit.proof.random_sets import LOADED, RUN, RandomSet, random_set
from tests.unit.proof.reference import counted, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETS, CHUNK = int(os.environ.get("FLINK_CHAOS_RANDOM_SETS", "60")), 20
PLAN = a_plan()
OTHERWISE = {"BIGINT": "BIGINT", "INT": "INT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN"}


def scan(values: list[bytes], seed: int) -> pa.RecordBatch:
    """Records over three partitions, with times that say nothing of their order."""
    chance, ends = Random(seed), [0, 0, 0]
    rows = []
    for value in values:
        partition = chance.randrange(3)
        place = {"partition": partition, "offset": ends[partition], "timestamp_ms": chance.randrange(1000)}
        rows.append(place | {"value": value})
        ends[partition] += 1
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def by_proof(one: RandomSet, folder: Path, seed: int) -> dict[str, int | None]:
    """As a run is proved: extracted, and counted from files."""
    shape, paths = shape_of(one.output), {}
    aborted = [*one.copy, *one.stable[:2]]
    every = {"stable": one.stable, "copy": one.copy, "uncommitted": aborted}
    batches = [scan(values, seed) for values in every.values()]
    scanned = pa.Table.from_batches(batches).combine_chunks().to_batches()
    whole = pa.Table.from_batches(list(extracted(scanned, shape)), shape.schema)
    begin = 0
    for name, values in every.items():
        paths[name] = folder / f"{seed}-{name}.parquet"
        pq.write_table(whole.slice(begin, len(values)), paths[name])
        begin += len(values)
    loaded = LOADED if one.output.number else None
    sets = Sets(RUN, loaded=loaded, compared=bool(one.output.compared), weighted=bool(one.output.count), **paths)
    found, offenders = prove(sets, Phases([(0, "all")]))
    kinds = {kind: getattr(found, kind) for kind in ("duplicated", "changed")} | {"lost": found.lost_ids}
    for kind, number in kinds.items():
        assert sum(finding.kind == kind for finding in offenders) == min(number or 0, 20)
    assert (found.extra > 0) == any(finding.kind == "extra" for finding in offenders)
    return {name: getattr(found, name) for name in Compared.model_fields}


def by_sql(one: RandomSet) -> dict[str, int | None]:
    """The statement that Flink runs; what is no plain type is text that is the same for the same value."""
    pipeline = PLAN.pipeline.model_copy(update={"output": one.output})
    request = PLAN.request.model_copy(update={"data_count_to_load": LOADED})
    plan = PLAN.model_copy(update={"pipeline": pipeline, "request": request, "run_key": RUN})
    import duckdb

    with duckdb.connect() as connection:
        for table, values in {"no_chaos": one.stable, "chaos": one.copy}.items():
            types = {name: _duckdb_type(kind) for name, kind in one.output.columns.items()}
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            connection.execute(f"CREATE TABLE {table} ({columns})")
            rows = [row_of(value, one.output) for value in values]
            cells = [[_cell(row[name], types[name]) for name in types] for row in rows if row]
            if cells:
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})", cells)
        cursor = connection.execute(counts_statement(plan, "chaos").replace("`", '"'))
        found = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: int(found[name]) if name in found else None for name in Compared.model_fields}


def _duckdb_type(kind: str) -> str:
    return kind if kind.startswith("DECIMAL") else OTHERWISE.get(kind, "VARCHAR")


def _cell(value: object, kind: str) -> object:
    return repr(value) if kind == "VARCHAR" and value is not None and not isinstance(value, str) else value


@contextmanager
def small_pieces(seed: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sometimes so few ids at a time that most sets have several pieces."""
    with monkeypatch.context() as patch:
        if seed % 3 == 0:
            patch.setattr(pieces, "PIECE", 3)
        yield


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, SETS, CHUNK))
def test_all_ways_of_counting_find_the_same(first, tmp_path, monkeypatch):
    """By number, key or count; fan-out, filters, other runs, no records, nulls, decimals, duplicates with other values."""
    for seed in range(first, first + CHUNK):
        one = random_set(seed)
        wanted = counted(one.output, RUN, LOADED, one.stable, one.copy)
        with small_pieces(seed, monkeypatch):
            assert (seed, by_proof(one, tmp_path, seed)) == (seed, wanted)
        if not one.odd:
            assert (seed, by_sql(one)) == (seed, wanted)
