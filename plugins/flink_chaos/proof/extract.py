"""From scanned records to what identifies them: run, id, a hash of the values, and where and when they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from upath import UPath


@dataclass(frozen=True)
class Shape:
    """Which fields of a JSON record say what.

    `number` or `key`: what identifies a record in its run. `values` are what two copies must agree upon. Records with
    the same `order` keep their order.
    """

    run_key: str
    number: str = ""
    key: Sequence[str] = ()
    values: Sequence[str] = ()
    order: str = ""

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
            ]
        )


def fingerprint(shape: Shape) -> str:
    """What extracted records depend on beside the records: hashes of another version's DuckDB are not comparable."""
    return f"{shape} duckdb {duckdb.__version__}"


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
    """The same records by `shape.schema`. What is no JSON object has neither run nor id: nobody expects it."""
    statement = _statement(shape)
    with duckdb.connect() as connection:
        for batch in batches:
            connection.register("batch", pa.Table.from_batches([batch]))
            found = connection.sql(statement).to_arrow_table().cast(shape.schema)
            yield from found.combine_chunks().to_batches()


def _statement(shape: Shape) -> str:
    names = [shape.run_key, *([shape.number] if shape.number else shape.key), *shape.values, shape.order]
    fields = [name for name in dict.fromkeys(names) if name]
    paths = ", ".join("'$." + _quoted(name) + "'" for name in fields)
    place = {name: f"field[{number}]" for number, name in enumerate(fields, 1)}
    key = ", ".join(place[name] for name in shape.key)
    values = ", ".join(place[name] for name in shape.values)
    columns = {
        "run": place[shape.run_key],
        "id": f"TRY_CAST({place[shape.number]} AS BIGINT)" if shape.number else f"to_json([{key}])::VARCHAR",
        "payload": f"hash([{values}])" if values else "0::UBIGINT",
        "lane": place.get(shape.order, "NULL::VARCHAR"),
    }
    listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    # Read in one pass over the text; a record that is no JSON gives a list of nulls.
    return (
        f'SELECT partition, "offset", timestamp_ms, {listed} FROM (SELECT partition, "offset", timestamp_ms, '
        f"CASE WHEN json_valid(text) THEN json_extract_string(text, [{paths}]) END AS field FROM "
        '(SELECT partition, "offset", timestamp_ms, TRY(decode(value)) AS text FROM batch))'
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '\\"').replace("'", "''") + '"'
