"""Sets of records with known offences, written as the scans write them."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from flink_chaos.proof.extract import Shape
from flink_chaos.proof.sets import Sets

RUN = "r0000000001"
SHAPE = Shape(run_key="run_key", number="n", values=("v",), order="lane")
PARTITIONS, LANES = 3, 7


@dataclass
class Record:
    """One record of the output; its place follows from where it stands in the list of its partition."""

    id: int | None
    payload: int
    run: str | None = RUN
    lane: str | None = None


@dataclass
class Outputs:
    """The loader's topic, the stable copy's, and the chaos copy's, which the offences are planted into."""

    count: int
    chaos: dict[int, list[Record]] = field(default_factory=dict)
    uncommitted: list[Record] = field(default_factory=list)

    def __post_init__(self):
        self.chaos = self.clean()

    def clean(self):
        """Every id once, in the order of its lane."""
        records = [Record(number, number * 31, lane=str(number % LANES)) for number in range(self.count)]
        return {p: [r for r in records if r.id % LANES % PARTITIONS == p] for p in range(PARTITIONS)}

    def sets(self, folder: Path) -> Sets:
        """The files."""
        names = {"source": self.clean(), "stable": self.clean(), "copy": self.chaos}
        hidden = {p: [*records, *(self.uncommitted if p == 0 else [])] for p, records in self.chaos.items()}
        paths = {name: written(folder, records) for name, records in (names | {"uncommitted": hidden}).items()}
        return Sets(run_key=RUN, loaded=self.count, ordered=True, **paths)


def written(folder: Path, partitions: dict[int, list[Record]], shape: Shape = SHAPE) -> Path:
    """A Parquet file of the records, a millisecond apart in the order of their partition."""
    rows = [
        {
            "partition": partition,
            "offset": offset,
            "timestamp_ms": offset,
            "run": record.run,
            "id": record.id,
            "payload": record.payload,
            "lane": record.lane,
            "weight": None,
        }
        for partition, records in partitions.items()
        for offset, record in enumerate(records)
    ]
    path = folder / f"{uuid4().hex}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=shape.schema), path)
    return path
