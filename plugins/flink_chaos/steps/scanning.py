"""The topics of a run, between the recorded offsets, as files of ids; each is read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from upath import UPath

from flink_chaos.kafka.scan import scan
from flink_chaos.model.facts import Loaded, TopicBegin, TopicEnd
from flink_chaos.proof.extract import Shape, fingerprint, size_of, write_ids
from flink_chaos.steps.run import StepError
from flink_chaos.store.proofs import fetch_file, keep_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flink_chaos.kafka.scan import Isolation
    from flink_chaos.model.base import Copy
    from flink_chaos.model.facts import Offsets
    from flink_chaos.model.pipeline import Output, Pipeline
    from flink_chaos.steps.run import Run


def shape_of(output: Output) -> Shape:
    """What identifies a record, and the values that both copies must agree upon: all others, if none are named."""
    others = [name for name in output.columns if name not in (output.run_key, output.number)]
    values = tuple(output.compared if output.key else others)
    return Shape(run_key=output.run_key, number=output.number, key=tuple(output.key), values=values, order=output.order)


def source_shape_of(pipeline: Pipeline) -> Shape | None:
    """What identifies the loader's records, None where nobody says what their number is."""
    loader, output = pipeline.loader, pipeline.output
    number = loader.number or output.number
    return Shape(run_key=loader.run_key or output.run_key, number=number) if number else None


@dataclass(frozen=True)
class Scans:
    """Reads what is asked for into `folder`; `say` is told how much there was.

    `keep`: store what was read beside the run's facts. `reuse`: take what is stored there instead of reading a topic.
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
        return self._file("source", topic, loaded.begin, loaded.end, shape, "read_committed")

    def sink(self, copy: Copy, isolation: Isolation) -> Path:
        """What a copy wrote. Raises StepError if its end was never recorded."""
        topic = self.run.plan.copies[copy].sink
        begin, end = self.run.journal.last(TopicBegin, topic=topic), self.run.journal.last(TopicEnd, topic=topic)
        if begin is None or end is None:
            raise StepError(f"run {self.run.plan.run_key} has no recorded end of {topic}: it was never compared")
        shape = shape_of(self.run.plan.pipeline.output)
        return self._file(f"{copy}-{isolation}", topic, begin.offsets, end.offsets, shape, isolation)

    def _file(self, name: str, topic: str, begin: Offsets, end: Offsets, shape: Shape, isolation: Isolation) -> Path:
        """The name tells what was asked, so that a stored file is never the answer to another question."""
        asked = f"{topic} {sorted(begin.items())} {sorted(end.items())} {isolation} {fingerprint(shape)}"
        path = self.folder / f"{name}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}.parquet"
        if path.exists():
            return path
        if self.reuse and fetch_file(self.run.attempt, path):
            self.say(f"{topic}: {size_of(path):,} records, {isolation}, as they were stored")
            return path
        count = write_ids(scan(self.run.kafka, topic, begin, end, isolation), shape, UPath(path))
        kept = "" if not self.keep or keep_file(self.run.attempt, path) else "; too many to be stored"
        self.say(f"{topic}: {count:,} records, {isolation}{kept}")
        return path
