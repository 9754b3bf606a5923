"""A spoilt copy of a run's own output, for a self-test with its records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flink_chaos.proof.count import LIMIT

if TYPE_CHECKING:
    from pathlib import Path

STRANGER = "rother00000"
BEYOND = 1 << 40
"""Above every offset of a topic."""


@dataclass
class Spoilt:
    """Files of the spoilt copy, and what the proof must find in it."""

    copy: Path
    hidden: Path
    ids: dict[str, list[Any]]
    counts: Counter[str] = field(default_factory=Counter)


def spoil(stable: Path, run_key: str, seed: int, folder: Path) -> Spoilt:
    """Plant up to 20 offences of each kind into the ids of a clean copy; the same for the same seed.

    Raises ValueError when it has fewer than 8 ids of the run.
    """
    table = pq.read_table(stable)
    mine = pc.and_(pc.equal(table["run"], run_key), pc.is_valid(table["id"]))
    own = _one_of_each(table["id"], pc.indices_nonzero(pc.fill_null(mine, False)).to_pylist())
    most = min(LIMIT, len(own) // 4)
    if most < 2:
        raise ValueError(f"{len(own)} ids of run {run_key} are too few to plant anything")
    chance = Random(seed)  # noqa: S311 - chosen at random, and again the same
    chosen = chance.sample(own, 4 * most)
    kinds = ("lost", "duplicated", "changed", "extra")
    rows = {kind: chosen[n * most : n * most + chance.randint(1, most)] for n, kind in enumerate(kinds)}
    copy = _spoilt(table, rows)
    # Written and aborted: ids that were delivered, and one that was not.
    aborted = _moved(table.take([*rows["duplicated"], rows["lost"][0]]), 2 * BEYOND)
    ids = {kind: sorted(table["id"].take(found).to_pylist()) for kind, found in rows.items()}
    first_lost = table["id"][rows["lost"][0]].as_py()
    ids["lost"] = [first_lost, *(one for one in ids["lost"] if one != first_lost)]
    counts = Counter({kind: len(found) for kind, found in rows.items()})
    counts.update(surplus=len(rows["duplicated"]), aborted=aborted.num_rows)
    paths = folder / "spoilt.parquet", folder / "spoilt-hidden.parquet"
    pq.write_table(copy, paths[0])
    pq.write_table(pa.concat_tables([copy, aborted]), paths[1])
    return Spoilt(paths[0], paths[1], ids, counts)


def _one_of_each(ids: pa.ChunkedArray, places: list[int]) -> list[int]:
    """A record of each id: two offences at one id, which may have several, would hide each other."""
    return list({ids[place].as_py(): place for place in places}.values())


def _spoilt(table: pa.Table, rows: dict[str, list[int]]) -> pa.Table:
    again = _moved(table.take(rows["duplicated"]), BEYOND)
    strange = _moved(table.take(rows["extra"]), 3 * BEYOND)
    strange = _with(strange, "run", pa.array([STRANGER] * strange.num_rows))
    number = pa.array(range(table.num_rows), pa.int64())
    other = pc.bit_wise_xor(table["payload"], pa.scalar(1, pa.uint64()))
    changed = pc.is_in(number, pa.array(rows["changed"], pa.int64()))
    table = _with(table, "payload", pc.if_else(changed, other, table["payload"]))
    kept = table.filter(pc.invert(pc.is_in(number, pa.array(rows["lost"], pa.int64()))))
    return pa.concat_tables([kept, again, strange])


def _moved(table: pa.Table, offset: int) -> pa.Table:
    """The same records at places that no other has."""
    return _with(table, "offset", pc.add(table["offset"], offset))


def _with(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
