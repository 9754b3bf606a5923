"""The test of the test: plants known offences, proves them as a run does, and demands exactly those back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa
from upath import UPath

from flink_chaos import clock
from flink_chaos.clock import now
from flink_chaos.kafka.scan import scan
from flink_chaos.kafka.topics import delete_topics, end_offsets, ensure_topic, start_offsets
from flink_chaos.kafka.transactions import write_transactions
from flink_chaos.model.base import Copy
from flink_chaos.model.batches import SCHEMA
from flink_chaos.model.selftest import MOST_RECORDS, SelfTestResult
from flink_chaos.model.telling import shown
from flink_chaos.proof.extract import write_ids
from flink_chaos.proof.phases import Phases
from flink_chaos.proof.plantings import PARTITIONS, RUN_KEY, SHAPE, plant
from flink_chaos.proof.prove import prove
from flink_chaos.proof.selfcheck import COUNTED, alarms, differences, numbers, unlisted
from flink_chaos.proof.sets import Sets
from flink_chaos.proof.spoiling import spoil
from flink_chaos.steps.planning import DISTRIBUTION
from flink_chaos.steps.proving import sets_of
from flink_chaos.steps.run import StepError
from flink_chaos.steps.scanning import Scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Literal, TypeAlias

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.selftest import Transaction
    from flink_chaos.proof.plantings import Planting
    from flink_chaos.proof.selfcheck import Planted
    from flink_chaos.steps.run import Run

    Batches: TypeAlias = Mapping[str, Callable[[Isolation], Iterable[pa.RecordBatch]]]
    """Name of a topic -> its records under an isolation level."""

    Outcome: TypeAlias = tuple[dict[str, int], list[str]]
    """Offences found by kind, and what is not as it was planted."""

PREFIX = "flink-chaos-selftest-"


def self_test(kafka: Kafka | None, *, seed: int, records: int, say: Callable[[str], None]) -> SelfTestResult:
    """Whether the record proof finds what was planted; without Kafka the same from memory.

    Raises StepError for too few records or too many, KafkaProblem when Kafka does not serve: then nothing was tested.
    """
    begin = clock.monotonic()
    if records > MOST_RECORDS:
        raise StepError(f"self-test: {shown(records)} records are too many: {MOST_RECORDS} are allowed")
    try:
        planting = plant(records, seed)
    except ValueError as error:
        raise StepError(f"self-test: {error}") from error
    say(f"seed {seed}: {', '.join(f'{planting.counts[kind]:,} {kind}' for kind in COUNTED)}")
    outcome = _by_kafka(kafka, planting) if kafka else _proved(_in_memory(planting), planting)
    return _result("kafka" if kafka else "memory", seed, records, planting, outcome, begin)


def self_test_of(run: Run, *, seed: int, say: Callable[[str], None]) -> SelfTestResult:
    """Whether the record proof finds what is planted into a copy of the stable copy's output; the run stays as it is.

    Raises StepError for a run without an output to spoil.
    """
    begin = clock.monotonic()
    with TemporaryDirectory(prefix=PREFIX) as name:
        scans = Scans(run, Path(name), say, reuse=True)
        clean = sets_of(run, scans, Copy.STABLE)
        clean = replace(clean, uncommitted=clean.copy, ordered=False)
        try:
            spoilt = spoil(clean.copy, run.plan.run_key, seed, Path(name))
        except ValueError as error:
            raise StepError(f"self-test: {error}") from error
        outcome = _compared(clean, replace(clean, copy=spoilt.copy, uncommitted=spoilt.hidden), spoilt)
    return _result("run", seed, run.plan.request.data_count_to_load, spoilt, outcome, begin)


def _result(
    way: Literal["kafka", "memory", "run"], seed: int, records: int, planted: Planted, outcome: Outcome, begin: float
) -> SelfTestResult:
    found, problems = outcome
    return SelfTestResult(
        at=now(),
        ok=not problems,
        way=way,
        version=version(DISTRIBUTION),
        seed=seed,
        records=records,
        planted={kind: planted.counts[kind] for kind in COUNTED},
        found=found,
        problems=problems,
        seconds=round(clock.monotonic() - begin, 1),
    )


def _by_kafka(kafka: Kafka, planting: Planting) -> Outcome:
    """Through topics of its own, which are deleted whatever happens."""
    kafka.ping()
    mark = f"{PREFIX}{uuid4().hex[:8]}"
    topics = {name: f"{mark}-{name}" for name in ("source", "stable", "chaos")}
    try:
        for name, topic in topics.items():
            ensure_topic(kafka, topic, PARTITIONS, {})
            write_transactions(kafka, topic, getattr(planting, name), transactional_id=topic)
        return _proved({name: _scanner(kafka, topic) for name, topic in topics.items()}, planting)
    finally:
        delete_topics(kafka, list(topics.values()))


def _scanner(kafka: Kafka, topic: str) -> Callable[[Isolation], Iterable[pa.RecordBatch]]:
    return lambda isolation: scan(kafka, topic, start_offsets(kafka, topic), end_offsets(kafka, topic), isolation)


def _in_memory(planting: Planting) -> Batches:
    return {
        "source": lambda isolation: _batches(planting.source, isolation),
        "stable": lambda isolation: _batches(planting.stable, isolation),
        "chaos": lambda isolation: _batches(planting.chaos, isolation),
    }


def _batches(transactions: Sequence[Transaction], isolation: Isolation) -> Iterator[pa.RecordBatch]:
    """As a broker would hand them over: the end of a transaction takes an offset in each of its partitions."""
    ends: Counter[int] = Counter()
    for number, transaction in enumerate(transactions):
        rows = []
        for write in transaction.writes:
            place = {"partition": write.partition, "offset": ends[write.partition], "timestamp_ms": number * 1000}
            rows.append(place | {"value": write.value})
            ends[write.partition] += 1
        ends.update({write.partition for write in transaction.writes})
        if transaction.commit or isolation == "read_uncommitted":
            yield pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _proved(batches: Batches, planting: Planting) -> Outcome:
    """As a run does: scans to files, files to counts."""
    with TemporaryDirectory(prefix="flink-chaos-selftest-") as folder:
        source, stable, chaos = (_file(folder, batches, name, "read_committed") for name in batches)
        hidden = _file(folder, batches, "chaos", "read_uncommitted")
        clean = _sets(planting, source, stable, stable, stable)
        return _compared(clean, _sets(planting, source, stable, chaos, hidden), planting)


def _compared(clean: Sets, spoilt: Sets, planted: Planted) -> Outcome:
    """What was found in the spoilt copy, and what is not as planted; the clean copy must raise no alarm."""
    untouched, _ = prove(clean, Phases([(0, "")]))
    found, findings = prove(spoilt, Phases([(0, "")]))
    return numbers(found), [*alarms(untouched), *differences(planted, found), *unlisted(planted, findings)]


def _file(folder: str, batches: Batches, name: str, isolation: Isolation) -> Path:
    path = Path(folder) / f"{name}-{isolation}.parquet"
    write_ids(batches[name](isolation), SHAPE, UPath(path))
    return path


def _sets(planting: Planting, source: Path, stable: Path, copy: Path, hidden: Path) -> Sets:
    return Sets(
        run_key=RUN_KEY,
        copy=copy,
        loaded=planting.records,
        stable=stable,
        source=source,
        uncommitted=hidden,
        ordered=True,
    )
