import json

import pyarrow as pa
import pytest
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.batches import SCHEMA
from flink_chaos.proof import count
from flink_chaos.proof.plantings import RUN_KEY, plant
from flink_chaos.steps import readings, selftesting
from flink_chaos.steps.proving import prove_run
from flink_chaos.steps.run import StepError
from flink_chaos.steps.selftesting import self_test

from tests.unit.steps.test_proving import a_compared_run


def outcome(seed=1, records=1000):
    return self_test(None, seed=seed, records=records, say=lambda _: None)


@pytest.mark.parametrize("seed", range(6))
def test_everything_that_was_planted_is_found(seed):
    """And nothing else."""
    result = outcome(seed)
    assert (result.ok, result.problems, result.found) == (True, [], result.planted)
    assert min(result.planted.values()) > 0


def test_a_seed_always_gives_the_same_plantings():
    """So that a failed test can be made again."""
    assert (plant(1000, 5), plant(1000, 5) == plant(1000, 6)) == (plant(1000, 5), False)


def test_planted_are_the_ids_that_it_names():
    """Counted here by hand, not by the proof."""
    planting = plant(1000, 3)
    records = [json.loads(w.value) for t in planting.chaos if t.commit for w in t.writes]
    own = [one["n"] for one in records if one["run_key"] == RUN_KEY]
    assert sorted(set(range(1000)) - set(own)) == planting.ids["lost"]
    assert sorted({n for n in own if own.count(n) > 1}) == planting.ids["duplicated"]
    assert sorted({one["n"] for one in records if one["total"] != one["n"] * 31}) == planting.ids["changed"]
    assert sorted(one["n"] for one in records if one["run_key"] != RUN_KEY) == planting.ids["extra"]


@pytest.mark.parametrize(
    ("module", "name", "broken", "told"),
    [
        (count, "OFFENDERS", count.OFFENDERS | {"duplicated": f"{count.SURPLUS} > 1"}, "duplicated: named"),
        (count, "OFFENDERS", count.OFFENDERS | {"changed": "false"}, "changed: named []"),
        (count, "FIGURES", count.FIGURES | {"duplicated": "count(*)"}, "clean copy: duplicated 1000"),
        (count, "FIGURES", count.FIGURES | {"surplus": "sum(0)"}, "surplus: "),
        (count, "ABORTED", "FROM copy_records LIMIT 0", "aborted: "),
    ],
)
def test_a_proof_that_is_broken_fails_it(monkeypatch, module, name, broken, told):
    """Whichever of its questions is wrong."""
    monkeypatch.setattr(module, name, broken)
    result = outcome()
    assert not result.ok
    assert told in result.message


def test_a_proof_that_counts_what_was_aborted_fails_it(monkeypatch):
    """A reader that takes no notice of transactions."""
    batches = selftesting._batches
    monkeypatch.setattr(selftesting, "_batches", lambda written, _: batches(written, "read_uncommitted"))
    assert "duplicated: " in outcome().message


def test_too_few_records_test_nothing():
    """Not every kind has a place."""
    with pytest.raises(StepError, match="20 records are too few"):
        outcome(records=20)


def test_its_topics_are_deleted_whatever_happens(monkeypatch):
    """Also after a failure in the middle."""
    deleted = []

    def broken(*_, **__):
        raise KafkaProblem("broken")

    monkeypatch.setattr(Kafka, "ping", lambda *_: "")
    monkeypatch.setattr(selftesting, "ensure_topic", lambda *_: True)
    monkeypatch.setattr(selftesting, "write_transactions", broken)
    monkeypatch.setattr(selftesting, "delete_topics", lambda _, names: deleted.extend(names))
    with pytest.raises(KafkaProblem, match="broken"):
        self_test(Kafka({"bootstrap.servers": "nowhere"}), seed=1, records=1000, say=print)
    assert [name.rsplit("-", 1)[1] for name in deleted] == ["source", "stable", "chaos"]


@pytest.mark.parametrize("several", [1, 3])
@pytest.mark.parametrize("pipeline", ["ad_events", "ad_event_counts"])
def test_a_runs_own_output_is_spoilt_in_a_copy_only(tmp_path, monkeypatch, pipeline, several):
    """By number or by key, with one record of each id or several; the proof of the run itself stays as it was."""
    run = a_compared_run(tmp_path, monkeypatch, range(9), pipeline=pipeline)
    rows = [{"window_start": n, "campaign_id": 1, "event_type": "x", "n": n} for n in range(9) for _ in range(several)]
    values = [json.dumps(row | {"run_key": run.plan.run_key}).encode() for row in rows]
    columns = [{"partition": 0, "offset": n, "timestamp_ms": n, "value": value} for n, value in enumerate(values)]
    monkeypatch.setattr(readings, "scan", lambda *_: [pa.RecordBatch.from_pylist(columns, schema=SCHEMA)])
    result = selftesting.self_test_of(run, seed=3, say=print)
    assert (result.ok, result.problems, result.way) == (True, [], "run")
    assert min(result.planted[kind] for kind in ("lost", "duplicated", "changed", "extra", "aborted")) > 0
    found = prove_run(run, print)[Copy.CHAOS]
    assert (found[0].lost, found[1]) == (0, [])
