import json
from dataclasses import replace

import pyarrow as pa
import pytest
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.batches import SCHEMA
from flink_chaos.model.comparison_facts import RecordProof, SourceProof
from flink_chaos.model.facts import Loaded, TopicBegin, TopicEnd
from flink_chaos.steps import readings
from flink_chaos.steps.proving import journal_proof, prove_run
from flink_chaos.steps.run import StepError
from flink_chaos.store import proofs

from tests.unit.plans import AT
from tests.unit.runs import a_run


def test_a_run_that_was_never_compared_has_nothing_to_prove(tmp_path):
    """Its sinks have no recorded end."""
    with pytest.raises(StepError, match="was never compared"):
        prove_run(a_run(tmp_path), print)


def test_a_topic_that_was_made_anew_proves_nothing(tmp_path, monkeypatch):
    """Its offsets are the same, its records are other runs'."""
    run = a_run(tmp_path)
    for copy in Copy:
        topic = run.plan.copies[copy].sink
        run.attempt.append(TopicBegin(at=AT, topic=topic, offsets={0: 0}))
        run.attempt.append(TopicEnd(at=AT, topic=topic, offsets={0: 1}, last_stable={0: 1}))
    row = {"partition": 0, "offset": 0, "timestamp_ms": 0, "value": b'{"run_key": "r9999999999", "n": 1}'}
    monkeypatch.setattr(readings, "scan", lambda *_: [pa.RecordBatch.from_pylist([row], schema=SCHEMA)])
    with pytest.raises(StepError, match="was made anew since"):
        prove_run(run, print)


def test_records_that_only_flink_can_read_have_no_proof(tmp_path):
    """The counts by SQL stand alone then, and the log says so."""
    run, said = a_run(tmp_path), []
    output = run.plan.pipeline.output.model_copy(update={"format": "avro"})
    pipeline = run.plan.pipeline.model_copy(update={"output": output})
    journal_proof(replace(run, plan=run.plan.model_copy(update={"pipeline": pipeline})), said.append)
    assert (run.journal.all(RecordProof), said) == ([], ["no record proof: records of format avro; it reads json"])


def test_the_loaders_records_are_proved_where_only_flink_reads_the_output(tmp_path, monkeypatch):
    """Its source is JSON all the same."""
    run = a_compared_run(tmp_path, monkeypatch, range(9))
    output = run.plan.pipeline.output.model_copy(update={"format": "avro"})
    pipeline = run.plan.pipeline.model_copy(update={"output": output})
    journal_proof(replace(run, plan=run.plan.model_copy(update={"pipeline": pipeline})), print)
    assert (run.journal.all(RecordProof), run.journal.last(SourceProof).deliveries.lost) == ([], 0)


def records(*numbers, run_key, flush=0):
    """A scan of JSON records with these numbers, flush records after them."""
    values = [json.dumps({"run_key": run_key, "n": n, "ad_id": 1}) for n in [*numbers, *range(9, 9 + flush)]]
    rows = [{"partition": 0, "offset": n, "timestamp_ms": n, "value": v.encode()} for n, v in enumerate(values)]
    return [pa.RecordBatch.from_pylist(rows, schema=SCHEMA)]


def a_compared_run(folder, monkeypatch, source, **parameters):
    """Nine records were loaded, and both sinks hold them; `source` are the numbers in the source topic."""
    run = a_run(folder, **parameters)
    request = run.plan.request.model_copy(update={"data_count_to_load": 9})
    run = replace(run, plan=run.plan.model_copy(update={"request": request}))
    topic, key = run.plan.pipeline.topics.source, run.plan.run_key
    run.attempt.append(Loaded(at=AT, expected=9, written=9, state="FINISHED", begin={0: 0}, end={0: 9}))
    for copy in Copy:
        sink = run.plan.copies[copy].sink
        run.attempt.append(TopicBegin(at=AT, topic=sink, offsets={0: 0}))
        run.attempt.append(TopicEnd(at=AT, topic=sink, offsets={0: 9}, last_stable={0: 9}))

    def scanned(_kafka, asked, *_):
        return records(*(source if asked == topic else range(9)), run_key=key, flush=2 if asked == topic else 0)

    monkeypatch.setattr(readings, "scan", scanned)
    return run


@pytest.mark.parametrize("pipeline", ["ad_events", "ad_event_counts"])
def test_the_loaders_own_records_are_proven(tmp_path, monkeypatch, pipeline):
    """By number, where the output has a key too; flush records are none of them."""
    run = a_compared_run(tmp_path, monkeypatch, [0, 1, 2, 3, 4, 4, 6, 7, 8], pipeline=pipeline)
    journal_proof(run, print)
    found = run.journal.last(SourceProof)
    assert (found.topic, found.deliveries.lost, found.deliveries.duplicated) == (run.plan.pipeline.topics.source, 1, 1)
    assert [(one.kind, one.id) for one in found.findings if one.kind != "extra"] == [("duplicated", "4"), ("lost", "5")]


def test_a_source_that_nobody_describes_has_no_proof(tmp_path, monkeypatch):
    """It may be no JSON: that is no gap."""
    run, said = a_compared_run(tmp_path, monkeypatch, []), []
    loader = run.plan.pipeline.loader.model_copy(update={"number": ""})
    plan = run.plan.model_copy(update={"pipeline": run.plan.pipeline.model_copy(update={"loader": loader})})
    journal_proof(replace(run, plan=plan), said.append)
    assert run.journal.last(SourceProof) is None
    assert said[-1] == "ad-events: no proof of the loader's records; name their fields in `loader`"


def test_a_stored_run_is_proved_again_without_its_topics(tmp_path, monkeypatch):
    """They may be gone; whoever wants to reads them again."""
    run, said = a_compared_run(tmp_path, monkeypatch, range(9)), []
    journal_proof(run, said.append)
    stored = {copy: run.journal.last(RecordProof, copy_=copy).deliveries for copy in Copy}

    def gone(*_):
        raise KafkaProblem("gone")

    monkeypatch.setattr(readings, "scan", gone)
    assert {copy: found for copy, (found, _) in prove_run(run, said.append).items()} == stored
    assert said[-1] == "ad-events-out-chaos, read_uncommitted: 9 records, as they were stored"
    with pytest.raises(KafkaProblem, match="gone"):
        prove_run(run, said.append, reuse=False)


def test_a_stored_file_answers_its_own_question_only(tmp_path, monkeypatch):
    """Other offsets, another file."""
    run, said = a_compared_run(tmp_path, monkeypatch, range(9)), []
    journal_proof(run, said.append)
    topic = run.plan.copies[Copy.CHAOS].sink
    run.attempt.append(TopicEnd(at=AT, topic=topic, offsets={0: 8}, last_stable={0: 8}))
    prove_run(run, said.append)
    assert said[-1] == "ad-events-out-chaos, read_uncommitted: 9 records"


def test_what_is_too_large_is_not_stored(tmp_path, monkeypatch):
    """And the log says so."""
    run, said = a_compared_run(tmp_path, monkeypatch, range(9)), []
    monkeypatch.setattr(proofs, "MOST_BYTES", 10)
    journal_proof(run, said.append)
    assert {line.partition("; ")[2] for line in said} == {"too many to be stored"}
    assert not (run.attempt.folder / "proof").exists()
