"""The record proof of a run: reads the topics themselves between the recorded offsets, without Flink."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from upath import UPath

from flink_chaos.kafka.scan import scan
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import FaultEnded, FaultStarted, Loaded, RecordProof, TopicBegin, TopicEnd
from flink_chaos.proof.extract import Shape, write_ids
from flink_chaos.proof.offenders import Phases
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets
from flink_chaos.steps.run import StepError, now

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.kafka.scan import Isolation
    from flink_chaos.model.facts import Offsets
    from flink_chaos.model.pipeline import Output
    from flink_chaos.model.proof import Deliveries, Finding
    from flink_chaos.steps.run import Run

JSON = "json"
BEFORE, DURING, AFTER = "before the fault", "in the fault", "after the fault"


def journal_proof(run: Run, say: Callable[[str], None]) -> None:
    """The proof as facts, beside the counts by SQL; nothing where the records cannot be read without Flink."""
    if run.plan.pipeline.output.format != JSON:
        say(f"no record proof: records of format {run.plan.pipeline.output.format}; it reads {JSON}")
        return
    begin = time.monotonic()
    proofs = prove_run(run, say)
    seconds = time.monotonic() - begin
    for copy, (deliveries, findings) in proofs.items():
        fact = RecordProof(
            at=now(), clock="kafka", copy=copy, deliveries=deliveries, findings=findings, seconds=seconds
        )
        run.attempt.append(fact)


def prove_run(run: Run, say: Callable[[str], None]) -> dict[Copy, tuple[Deliveries, list[Finding]]]:
    """How often each id came to each copy's sink, and the first that are not as they should be.

    Raises StepError for a run that was never compared or whose records are no JSON, KafkaProblem when retention has
    taken its records.
    """
    if run.plan.pipeline.output.format != JSON:
        raise StepError(f"records of format {run.plan.pipeline.output.format} cannot be read; the proof reads {JSON}")
    with TemporaryDirectory(prefix="flink-chaos-proof-") as folder:
        return _proved(run, Path(folder), say)


def _proved(run: Run, folder: Path, say: Callable[[str], None]) -> dict[Copy, tuple[Deliveries, list[Finding]]]:
    shape, phases = shape_of(run.plan.pipeline.output), phases_of(run)
    source = _scan_source(run, folder, shape, say)
    stable = _scan_sink(run, Copy.STABLE, folder, shape, "read_committed", say)
    found = {}
    for copy in Copy:
        committed = stable if copy is Copy.STABLE else _scan_sink(run, copy, folder, shape, "read_committed", say)
        sets = Sets(
            run_key=run.plan.run_key,
            copy=committed,
            loaded=run.plan.request.data_count_to_load if shape.number else None,
            stable=stable,
            source=source,
            uncommitted=_scan_sink(run, copy, folder, shape, "read_uncommitted", say),
            ordered=bool(shape.order),
        )
        found[copy] = prove(sets, phases)
    _require_own_records(run, found[Copy.STABLE][0])
    return found


def _require_own_records(run: Run, stable: Deliveries) -> None:
    """Offsets mean nothing in a topic that was made anew: a proof of other runs' records would be a lie."""
    if stable.records and not stable.ids:
        topic = run.plan.copies[Copy.STABLE].sink
        raise StepError(f"{topic} holds no record of run {run.plan.run_key} where it should: it was made anew since")


def shape_of(output: Output) -> Shape:
    """What identifies a record, and the values that both copies must agree upon: all others, if none are named."""
    others = [name for name in output.columns if name not in (output.run_key, output.number)]
    values = tuple(output.compared if output.key else others)
    return Shape(run_key=output.run_key, number=output.number, key=tuple(output.key), values=values)


def phases_of(run: Run) -> Phases:
    """Before, in and after the fault; without one everything is before it."""
    begins = [(0, BEFORE)]
    for kind, name in ((FaultStarted, DURING), (FaultEnded, AFTER)):
        fact = run.journal.last(kind)
        begins += [(int(fact.at.timestamp() * 1000), name)] if fact else []
    return Phases(begins)


def _scan_source(run: Run, folder: Path, shape: Shape, say: Callable[[str], None]) -> Path | None:
    """The loader's own records, where they carry the same number; a key is made by the application only."""
    loaded = run.journal.last(Loaded)
    if loaded is None or not shape.number:
        return None
    only_ids = Shape(run_key=shape.run_key, number=shape.number)
    topic = run.plan.pipeline.topics.source
    return _written(run, topic, loaded.begin, loaded.end, folder / "source.parquet", only_ids, "read_committed", say)


def _scan_sink(
    run: Run, copy: Copy, folder: Path, shape: Shape, isolation: Isolation, say: Callable[[str], None]
) -> Path:
    topic = run.plan.copies[copy].sink
    begin, end = run.journal.last(TopicBegin, topic=topic), run.journal.last(TopicEnd, topic=topic)
    if begin is None or end is None:
        raise StepError(f"run {run.plan.run_key} has no recorded end of {topic}: it was never compared")
    path = folder / f"{copy}-{isolation}.parquet"
    return _written(run, topic, begin.offsets, end.offsets, path, shape, isolation, say)


def _written(
    run: Run,
    topic: str,
    begin: Offsets,
    end: Offsets,
    path: Path,
    shape: Shape,
    isolation: Isolation,
    say: Callable[[str], None],
) -> Path:
    count = write_ids(scan(run.kafka, topic, begin, end, isolation), shape, UPath(path))
    say(f"{topic}: {count:,} records, {isolation}")
    return path
