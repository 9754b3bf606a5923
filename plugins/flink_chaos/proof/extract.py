"""From scanned records to what identifies them: run, id, a hash of the values, and where and when they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flink_chaos.proof.tokens import Tokenizer, column_of
from flink_chaos.proof.typed import NESTED, canonical_of, integer_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from upath import UPath


EXTRACTION = 2
"""Raised when the same records are extracted otherwise: stored files of an earlier way are not comparable."""


@dataclass(frozen=True)
class Shape:
    """Which fields of a JSON record say what.

    `number` or `key`: what identifies a record in its run. `values` are what two copies must agree upon. Records with
    the same `order` keep their order. `count`: how many loaded records it stands for. `types` are columns with their
    Flink SQL types: without one a value is compared as it is written.
    """

    run_key: str
    number: str = ""
    key: Sequence[str] = ()
    values: Sequence[str] = ()
    order: str = ""
    count: str = ""
    types: Sequence[tuple[str, str]] = ()

    @property
    def schema(self) -> pa.Schema:
        """Columns of an extracted record. `run`, `id` and `lane` are null where the record has no such field."""
        return pa.schema(
            [
                ("partition", pa.int32()),
                ("offset", pa.int64()),
                ("timestamp_ms", pa.int64()),
                ("run", pa.string()),
                ("id", pa.int64() if self.number else pa.string()),
                ("payload", pa.uint64()),
                ("lane", pa.string()),
                ("weight", pa.int64()),
            ]
        )

    @property
    def fields(self) -> list[str]:
        """Every field that is read."""
        identity = [self.number] if self.number else self.key
        names = [self.run_key, *identity, *self.values, self.order, self.count]
        return [name for name in dict.fromkeys(names) if name]


def fingerprint(shape: Shape) -> str:
    """What extracted records depend on beside the records: hashes of another version's DuckDB are not comparable."""
    return f"{shape} duckdb {duckdb.__version__} extraction {EXTRACTION}"


def size_of(path: Path) -> int:
    """Number of records in an extracted file."""
    return int(pq.ParquetFile(path).metadata.num_rows)


def write_ids(batches: Iterable[pa.RecordBatch], shape: Shape, path: UPath) -> int:
    """Extract the batches of a scan into a Parquet file; the number of records. No file is left of half a scan."""
    part = path.with_name(f".{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with part.open("wb") as stream, pq.ParquetWriter(stream, shape.schema, compression="zstd") as writer:
        for batch in extracted(batches, shape):
            writer.write_batch(batch)
            written += batch.num_rows
    part.rename(path)
    return written


def extracted(batches: Iterable[pa.RecordBatch], shape: Shape) -> Iterator[pa.RecordBatch]:
    """The same records by `shape.schema`. What is no JSON object has neither run nor id, and all of it is its value."""
    statement, tokenizer = _statement(shape), Tokenizer(shape.fields, _nested(shape))
    with duckdb.connect() as connection:
        for batch in batches:
            columns = {name: batch[name] for name in ("partition", "offset", "timestamp_ms", "value")}
            connection.register("batch", pa.table(columns | tokenizer.columns(batch["value"])))
            found = connection.sql(statement).to_arrow_table().cast(shape.schema)
            yield from found.combine_chunks().to_batches()


def _nested(shape: Shape) -> list[str]:
    return [name for name, kind in shape.types if NESTED.match(kind)]


def _statement(shape: Shape) -> str:
    token = {name: column_of(place) for place, name in enumerate(shape.fields)}
    types = dict(shape.types)
    canonical = {name: canonical_of(token[name], types.get(name, "")) for name in shape.fields}
    run, key = text_of(token[shape.run_key]), ", ".join(canonical[name] for name in shape.key)
    number = integer_of(token[shape.number]) if shape.number else ""
    values, everything = (", ".join(canonical[name] for name in names) for names in (shape.values, shape.fields))
    columns = {
        "run": run,
        "id": number or f"CASE WHEN {token[shape.run_key]} IS NOT NULL THEN to_json([{key}])::VARCHAR END",
        "payload": f"hash([{values}])" if values else "0::UBIGINT",
        "lane": text_of(token[shape.order]) if shape.order else "NULL::VARCHAR",
        "weight": f"COALESCE({integer_of(token[shape.count])}, 0)" if shape.count else "NULL::BIGINT",
        "everything": f"hash([{everything}])",
    }
    listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    no_json = f"{token[shape.run_key]} IS NULL"
    payload = f"CASE WHEN {no_json} THEN hash(value) WHEN run IS NULL OR id IS NULL THEN everything ELSE payload END"
    return (
        f'SELECT partition, "offset", timestamp_ms, run, id, {payload} AS payload, lane, weight '
        f"FROM (SELECT *, {listed} FROM batch)"
    )
