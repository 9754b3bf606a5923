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


@pytest.mark.parametrize(
    ("token", "number"),
    [
        *[("7", 7), ('"7"', 7), ('" 7 "', 7), ('"+7"', 7), ('"07"', 7), ("-0", 0), ("-7", -7)],
        *[("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)), ("9007199254740993", 2**53 + 1)],
        *[(token, None) for token in ("1.5", "1.0", "1e3", "true", "null", "{}", "[1]", "9223372036854775808")],
        *[(token, None) for token in ('"0x3"', '"1_000"', '"1.0"', '""', '" "', '"1 0"', '"NaN"', '"-"')],
    ],
)
def test_an_id_is_an_integer_as_flink_reads_one(token, number):
    """Nothing that a lenient parser would take for one."""
    assert only(f'{{"run_key": "r1", "n": {token}}}'.encode())["id"] == number


def same(kind, *tokens):
    """Whether these values of that Flink SQL type are one."""
    shape = Shape(run_key="run_key", number="n", values=("v",), types=(("v", kind),))
    found = [only(f'{{"run_key": "r1", "n": 1, "v": {token}}}'.encode(), shape)["payload"] for token in tokens]
    return len(set(found)) == 1


@pytest.mark.parametrize(
    ("kind", "tokens"),
    [
        (
            "DECIMAL(20, 2)",
            ("12345678901234567.9", "12345678901234567.90", '"12345678901234567.90"', "12345678901234567.895"),
        ),
        ("decimal(10,0)", ("1", "1.0", "1e0", "0.5")),
        ("DECIMAL(5, 2)", ("1000", "99999.999", "null")),
        ("DOUBLE", ("1.0", "1.00", "1", "1e0", '"1.0"')),
        ("BIGINT", ("1", '"1"', '"+1"')),
        ("STRING", ('"a"', '"\\u0061"')),
        ("STRING", ("1.50", '"1.50"')),
        ("BOOLEAN", ("true", '"TRUE"')),
        ("ARRAY<DECIMAL(20, 2)>", ("[1.0]", "[1.00]", "[ 1 ]")),
        ("ROW<a INT, b STRING>", ('{"a":1,"b":"x"}', '{"b": "x", "a": 1}', '{"b":"x","a":1,"c":null}')),
        ("", ("null",)),
    ],
)
def test_values_that_flink_takes_for_the_same_are_the_same(kind, tokens):
    """By the SQL type of their column."""
    assert same(kind, *tokens)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("DECIMAL(20, 2)", "12345678901234567.89", "12345678901234567.90"),
        ("DECIMAL(38, 10)", "1234567890123456789012345678.0000000001", "1234567890123456789012345678.0000000002"),
        ("BIGINT", "9007199254740992", "9007199254740993"),
        ("DOUBLE", "0.1", "0.10000000000000002"),
        ("DOUBLE", "0.0", "-0.0"),
        ("STRING", '""', "null"),
        ("STRING", '"null"', "null"),
        ("STRING", '"1.5"', '"1.50"'),
        ("ARRAY<DECIMAL(20, 2)>", "[12345678901234567.89]", "[12345678901234567.90]"),
        ("ARRAY<STRING>", '["1"]', "[1]"),
        ("ARRAY<INT>", "[1,2]", "[2,1]"),
        ("", "123456789012345678901234567890.1", "123456789012345678901234567890.2"),
    ],
)
def test_values_that_differ_are_not_the_same(kind, first, second):
    """However little: nothing goes through a double."""
    assert not same(kind, first, second)


def test_decimal_keys_that_doubles_cannot_tell_apart_are_two_ids():
    """One cent beyond 2^53."""
    shape = Shape(run_key="run_key", key=("a",), types=(("a", "DECIMAL(20, 2)"),))
    ids = [only(b'{"run_key": "r1", "a": 12345678901234567.%d}' % cents, shape)["id"] for cents in (89, 90)]
    assert ids == ['["12345678901234567.89"]', '["12345678901234567.90"]']


def test_of_two_fields_of_one_name_the_last_counts():
    """A field inside another is none of the record's."""
    assert only(b'{"run_key": "r1", "n": 1, "more": {"n": 9}, "n": 2}')["id"] == 2


@pytest.mark.parametrize("number", ["1.5", "null", '"x"'])
def test_a_record_without_an_id_is_known_by_all_of_its_text(number):
    """Two that differ are two."""
    values = [f'{{"run_key": "r1", "n": {number}, "a": "{a}"}}'.encode() for a in "xyx"]
    first, second, third = (only(value)["payload"] for value in values)
    assert (first == third, first == second) == (True, False)
    assert only(b"nope")["payload"] != only(b"neither")["payload"]


def test_records_among_which_some_are_none_keep_their_places():
    """The others are read as ever."""
    (found,) = extracted([batch(record(), b"nope", record(n=5), None, b'{"n": 1}')], NUMBERED)
    assert [row["id"] for row in found.to_pylist()] == [4, None, 5, None, 1]


@pytest.mark.parametrize(("token", "weight"), [("5", 5), ('"5"', 5), ("null", 0), ("1.5", 0)])
def test_a_weight_is_how_many_loaded_records_it_stands_for(token, weight):
    """None is 0, as SQL has it."""
    shape = Shape(run_key="run_key", key=("a",), count="c")
    assert only(f'{{"run_key": "r1", "a": 1, "c": {token}}}'.encode(), shape)["weight"] == weight


def test_a_record_is_read_alike_whatever_lies_beside_it():
    """One that is broken has the others of its scan read one by one."""
    odd = [
        b'{"run_key": "r1", "n": 4, "z": "\xff"}',
        b'{"run_key": "r1", "n": 4, "m": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ]
    odd += [b'{"run_key": "r1", "n": 4, "a": "\\ud800"}', record(), b'{"run_key": "r1", "n": 4} x']
    alone = [only(value) for value in odd]
    (together,) = extracted([batch(*odd, b"nope")], NUMBERED)
    assert together.to_pylist()[:-1] == alone
    assert [row["id"] for row in alone] == [None, None, None, 4, None]


def test_control_characters_in_strings_are_read_as_flink_does():
    """Raw or escaped they are the same."""
    raw, escaped = (only(b'{"run_key": "r1",\n\t"n": 4, "a": "x' + tab + b'y"}') for tab in (b"\t", b"\\t"))
    assert (raw, raw["lane"]) == (escaped, "x\ty")


@pytest.mark.parametrize("token", [b"[1e9999999999999999999999]", b"[" * 900 + b"]" * 900])
def test_what_python_cannot_hold_is_compared_as_it_is_written(token):
    """It ends no proof."""
    shape = Shape(run_key="run_key", number="n", values=("v",), types=(("v", "ARRAY<DOUBLE>"),))
    assert only(b'{"run_key": "r1", "n": 1, "v": ' + token + b"}", shape)["id"] == 1
