import json
from pathlib import Path

import pyarrow as pa
import pytest
from flink_chaos.model.batches import SCHEMA
from flink_chaos.proof.extract import Shape, extracted, write_ids

NUMBERED = Shape(run_key="run_key", number="n", values=("a", "b"), order="a")
KEYED = Shape(run_key="run_key", key=("a", "b"))


def batch(*values):
    columns = {"partition": 0, "offset": 0, "timestamp_ms": 7}
    return pa.RecordBatch.from_pylist([columns | {"value": value} for value in values], schema=SCHEMA)


def record(**fields):
    return json.dumps({"run_key": "r1", "n": 4, "a": "x", "b": 1.5} | fields).encode()


def only(value, shape=NUMBERED):
    (found,) = [row for one in extracted([batch(value)], shape) for row in one.to_pylist()]
    return found


def test_a_record_is_known_by_its_number():
    """And the time and place it was written at."""
    found = only(record())
    assert (found["run"], found["id"], found["lane"], found["timestamp_ms"]) == ("r1", 4, "x", 7)


def test_a_record_is_known_by_its_key():
    """Null is a value of a key, and not the text null."""
    assert only(record(b=None), KEYED)["id"] != only(record(b="null"), KEYED)["id"]
    assert only(record(a='"'), KEYED)["id"] == '["\\"","1.5"]'


@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe", b"nope", b"[1]", b"3", b"null"])
def test_what_is_no_record_has_neither_run_nor_id(value):
    """It is counted as extra; it does not end the proof."""
    assert (only(value)["run"], only(value)["id"]) == (None, None)


@pytest.mark.parametrize("number", ["x", None, 1.5e300])
def test_a_number_that_is_none_is_no_id(number):
    """The run is known all the same."""
    assert (only(record(n=number))["run"], only(record(n=number))["id"]) == ("r1", None)


def test_values_differ_when_any_of_them_does():
    """Fields that are not named do not count."""
    payloads = [only(record(**fields))["payload"] for fields in ({}, {"c": 1}, {"a": "y"}, {"b": 1.6}, {"b": None})]
    assert payloads[0] == payloads[1]
    assert len(set(payloads)) == 4


def test_half_a_scan_leaves_no_file(tmp_path):
    """A proof over it would find losses that there are not."""

    def broken():
        yield batch(record())
        raise OSError("broker gone")

    with pytest.raises(OSError, match="broker gone"):
        write_ids(broken(), NUMBERED, Path(tmp_path / "x.parquet"))
    assert not (tmp_path / "x.parquet").exists()
