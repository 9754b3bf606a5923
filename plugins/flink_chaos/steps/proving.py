"""The record proof of a run: reads source and sinks themselves, as far as they were recorded, without Flink."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.clock import now
from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof, SourceProof
from flink_chaos.model.pipeline import PROVABLE
from flink_chaos.proof.phases import phases_of
from flink_chaos.proof.prove import prove
from flink_chaos.proof.sets import Sets
from flink_chaos.steps.run import StepError
from flink_chaos.steps.scanning import Scans
from flink_chaos.steps.sinks import sink_of
from flink_chaos.store.samples import observation
from flink_chaos.verdict.recovery import recovery

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.facts import Clock
    from flink_chaos.model.proof import Deliveries, Finding
    from flink_chaos.proof.phases import Phases
    from flink_chaos.steps.run import Run


def journal_proof(run: Run, say: Callable[[str], None]) -> None:
    """The proof as facts, beside the counts by SQL; nothing where the records cannot be read without Flink."""
    if run.plan.pipeline.output.format != PROVABLE:
        say(f"no record proof: records of format {run.plan.pipeline.output.format}; it reads {PROVABLE}")
        _journal_source(run, say)
        return
    begin = clock.monotonic()
    with TemporaryDirectory(prefix="flink-chaos-proof-") as name:
        scans = Scans(run, Path(name), say, keep=True)
        phases = _phases(run)
        proofs, loaded = _proved(run, scans, phases), _proved_source(run, scans, phases)
    seconds = clock.monotonic() - begin
    by: Clock = "storage" if run.plan.pipeline.files else "kafka"
    for copy, (deliveries, findings) in proofs.items():
        fact = RecordProof(at=now(), clock=by, copy=copy, deliveries=deliveries, findings=findings, seconds=seconds)
        run.attempt.append(fact)
    if loaded:
        run.attempt.append(loaded)


def _journal_source(run: Run, say: Callable[[str], None]) -> None:
    """The loader's records alone, if the profile says how they are read."""
    if not run.plan.pipeline.loader.number:
        return
    with TemporaryDirectory(prefix="flink-chaos-proof-") as name:
        loaded = _proved_source(run, Scans(run, Path(name), say, keep=True), _phases(run))
    if loaded:
        run.attempt.append(loaded)


def prove_run(
    run: Run, say: Callable[[str], None], *, reuse: bool = True
) -> dict[Copy, tuple[Deliveries, list[Finding]]]:
    """How often each id came to each copy's sink, and the first that are not as they should be.

    From the ids that were stored with the run where there are some; with `reuse` off from the topics again.

    Raises StepError for a run that was never compared or whose records are no JSON, KafkaProblem or FilesError when
    its records are gone.
    """
    if run.plan.pipeline.output.format != PROVABLE:
        told = f"records of format {run.plan.pipeline.output.format} cannot be read"
        raise StepError(f"{told}; the proof reads {PROVABLE}")
    with TemporaryDirectory(prefix="flink-chaos-proof-") as folder:
        return _proved(run, Scans(run, Path(folder), say, reuse=reuse), _phases(run))


def _phases(run: Run) -> Phases:
    """By the marks of the recovery, if it was observed; else the facts tell less exactly."""
    journal = run.journal
    found = recovery(run.plan, journal, observation(run.attempt))
    return phases_of(journal, found.marks if found else None)


def _proved(run: Run, scans: Scans, phases: Phases) -> dict[Copy, tuple[Deliveries, list[Finding]]]:
    found = {copy: _proved_copy(run, scans, copy, phases) for copy in Copy}
    _require_own_records(run, found[Copy.STABLE][0])
    return found


def _proved_copy(run: Run, scans: Scans, copy: Copy, phases: Phases) -> tuple[Deliveries, list[Finding]]:
    deliveries, findings = prove(sets_of(run, scans, copy), phases)
    sink = sink_of(run, copy)
    return deliveries, [sink.placed(finding) for finding in findings]


def sets_of(run: Run, scans: Scans, copy: Copy) -> Sets:
    """What the proof of a copy needs. Raises StepError for a run that was never compared.

    A key is made by the application: only where records keep their number, source and sink have the same ids.
    """
    output = run.plan.pipeline.output
    return Sets(
        run_key=run.plan.run_key,
        copy=scans.sink(copy, "read_committed"),
        loaded=run.plan.request.data_count_to_load if output.number else None,
        stable=scans.sink(Copy.STABLE, "read_committed"),
        source=scans.source() if output.number else None,
        uncommitted=scans.sink(copy, "read_uncommitted"),
        ordered=bool(output.order),
        compared=bool(output.compared),
        weighted=bool(output.count),
        hidden=sink_of(run, copy).hidden,
    )


def _proved_source(run: Run, scans: Scans, phases: Phases) -> SourceProof | None:
    """Whether the loader wrote each id once; nothing where the profile does not say how its records are read.

    A profile that names no fields of the loader's may have a source that is no JSON, or names them otherwise.
    """
    path, pipeline = scans.source(), run.plan.pipeline
    if path is None:
        return None
    sets = Sets(run_key=run.plan.run_key, copy=path, loaded=run.plan.request.data_count_to_load)
    deliveries, findings = prove(sets, phases)
    if not deliveries.ids and not pipeline.loader.number:
        scans.say(f"{pipeline.topics.source}: no proof of the loader's records; name their fields in `loader`")
        return None
    topic = pipeline.topics.source
    return SourceProof(at=now(), clock="kafka", topic=topic, deliveries=deliveries, findings=findings)


def _require_own_records(run: Run, stable: Deliveries) -> None:
    """Offsets mean nothing in a topic that was made anew: a proof of other runs' records would be a lie."""
    if stable.records and stable.records == stable.older:
        topic = run.plan.copies[Copy.STABLE].sink
        raise StepError(f"{topic} holds no record of run {run.plan.run_key} where it should: it was made anew since")
