"""Source and sinks of a run, as far as their ends were recorded, as files of ids; each is read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from upath import UPath

from flink_chaos.model.facts import Loaded
from flink_chaos.proof.extract import Shape, fingerprint, size_of, write_ids
from flink_chaos.steps.readings import COMMITTED, topic_reading
from flink_chaos.steps.sinks import sink_of
from flink_chaos.store.proofs import fetch_file, keep_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flink_chaos.model.base import Copy
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.pipeline import Output, Pipeline
    from flink_chaos.steps.readings import Reading
    from flink_chaos.steps.run import Run


def shape_of(output: Output) -> Shape:
    """What identifies a record, and the values that both copies must agree upon."""
    return Shape(
        run_key=output.run_key,
        number=output.number,
        key=tuple(output.key),
        values=tuple(output.compared),
        order=output.order,
        count=output.count,
        types=tuple(output.columns.items()),
    )


def source_shape_of(pipeline: Pipeline) -> Shape | None:
    """What identifies the loader's records, None where nobody says what their number is."""
    loader, output = pipeline.loader, pipeline.output
    number = loader.number or output.number
    return Shape(run_key=loader.run_key or output.run_key, number=number) if number else None


@dataclass(frozen=True)
class Scans:
    """Reads what is asked for into `folder`; `say` is told how much there was.

    `keep`: store what was read beside the run's facts. `reuse`: take what is stored there instead of reading again.
    """

    run: Run
    folder: Path
    say: Callable[[str], None]
    keep: bool = False
    reuse: bool = False

    def source(self) -> Path | None:
        """The loader's own records; None if their end was never seen, or nobody says what their number is."""
        loaded, shape = self.run.journal.last(Loaded), source_shape_of(self.run.plan.pipeline)
        if loaded is None or shape is None:
            return None
        topic = self.run.plan.pipeline.topics.source
        return self._file("source", topic_reading(self.run, topic, loaded.begin, loaded.end, COMMITTED), shape)

    def sink(self, copy: Copy, isolation: Isolation) -> Path:
        """What a copy wrote. Raises StepError if its end was never recorded."""
        reading, shape = sink_of(self.run, copy).reading(isolation), shape_of(self.run.plan.pipeline.output)
        return self._file(f"{copy}-{isolation}", reading, shape)

    def _file(self, name: str, reading: Reading, shape: Shape) -> Path:
        """The name tells what was asked, so that a stored file is never the answer to another question."""
        asked = f"{reading.asked} {fingerprint(shape)}"
        path = self.folder / f"{name}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}.parquet"
        if path.exists():
            return path
        if self.reuse and fetch_file(self.run.attempt, path):
            self.say(f"{reading.told}: {size_of(path):,} records, as they were stored")
            return path
        count = write_ids(reading.batches(), shape, UPath(path))
        kept = "" if not self.keep or keep_file(self.run.attempt, path) else "; too many to be stored"
        self.say(f"{reading.told}: {count:,} records{kept}")
        return path
