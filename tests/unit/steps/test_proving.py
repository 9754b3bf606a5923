from dataclasses import replace

import pytest
from flink_chaos.kafka.scan import SCHEMA
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import FaultEnded, FaultStarted, RecordProof, TopicBegin, TopicEnd
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.steps import proving
from flink_chaos.steps.proving import journal_proof, phases_of, prove_run, shape_of
from flink_chaos.steps.run import StepError

from tests.unit.plans import AT
from tests.unit.runs import a_run


def test_the_profile_says_what_identifies_a_record():
    """By number all other columns must be equal, by key those that are named."""
    by_number = shape_of(Catalogue().pipeline("ad_events").output)
    by_key = shape_of(Catalogue().pipeline("ad_event_counts").output)
    assert (by_number.number, by_number.key, "n" in by_number.values) == ("n", (), False)
    assert "valid_status" in by_number.values
    assert (by_key.number, by_key.key[0], "cnt" in by_key.values) == ("", "window_start", True)


def test_phases_are_those_of_the_fault(tmp_path):
    """A run without one has only the time before it."""
    run = a_run(tmp_path)
    at = int(AT.timestamp() * 1000)
    assert phases_of(run).at(at) == "before the fault"
    run.attempt.append(FaultStarted(at=AT, engine="e", uid="u"))
    assert (phases_of(run).at(at - 1), phases_of(run).at(at)) == ("before the fault", "in the fault")
    run.attempt.append(FaultEnded(at=AT, engine_status="", phase="", verdict="", message=""))
    assert phases_of(run).at(at) == "after the fault"


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
    import pyarrow as pa

    row = {"partition": 0, "offset": 0, "timestamp_ms": 0, "value": b'{"run_key": "r9999999999", "n": 1}'}
    monkeypatch.setattr(proving, "scan", lambda *_: [pa.RecordBatch.from_pylist([row], schema=SCHEMA)])
    with pytest.raises(StepError, match="was made anew since"):
        prove_run(run, print)


def test_records_that_only_flink_can_read_have_no_proof(tmp_path):
    """The counts by SQL stand alone then, and the log says so."""
    run, said = a_run(tmp_path), []
    output = run.plan.pipeline.output.model_copy(update={"format": "avro"})
    pipeline = run.plan.pipeline.model_copy(update={"output": output})
    journal_proof(replace(run, plan=run.plan.model_copy(update={"pipeline": pipeline})), said.append)
    assert (run.journal.all(RecordProof), said) == ([], ["no record proof: records of format avro; it reads json"])
