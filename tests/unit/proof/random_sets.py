"""Random outputs of two copies, of every type and shape, for the comparison with the reference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from flink_chaos.model.pipeline import Output

RUN, OLDER = "r0000000001", "r0000000000"
LOADED = 8

TOKENS = {
    "BIGINT": ["1", '"1"', "2", "9007199254740993", "9007199254740992", "-9223372036854775808", "null"],
    "INT": ["0", "-0", "7", '" 7 "', '"+7"', "null"],
    "STRING": ['"a"', '"\\u0061"', '"null"', '""', '"a\\"b\\\\"', '"é"', '"1"', "1", "1.50", "true", "null"],
    "DOUBLE": ["1.0", "1.00", "0.1", "0.30000000000000004", "0.3", "1e300", '"NaN"', "null"],
    "DECIMAL(20, 2)": [
        *("12345678901234567.89", "12345678901234567.90", "12345678901234567.9", "1", "1.0", "1.00", "1e0", "0.005"),
        *("123456789012345678901.00", "null"),
    ],
    "DECIMAL(38,10)": ["1234567890123456789012345678.0000000001", "1234567890123456789012345678", "-1.5", "null"],
    "BOOLEAN": ["true", "false", '"true"', "null"],
    "TIMESTAMP(3)": ['"2026-01-01 00:00:00.001"', '"2026-01-01 00:00:00.002"', "null"],
    "ARRAY<INT>": ["[1,2]", "[1, 2]", "[2,1]", "[]", "null"],
    "ROW<x INT, y STRING>": ['{"x":1,"y":"a"}', '{"y":"a", "x":1}', '{"x":1}', '{"x":1,"y":null}', "null"],
}
KEYS = ("BIGINT", "STRING", "DECIMAL(20, 2)", "TIMESTAMP(3)")
ODD_NUMBERS = ["1.5", '"0x3"', '"1_000"', "true", "1e3", "3.0", '"3x"', "100000000000000000000", "[3]"]
NO_RECORDS = [b"", b"\xff\xfe", b"nope", b"[1]", b"3", b"null", b'{"n": NaN}', b'{"n": 1,}']


@dataclass
class RandomSet:
    """Values of the records of both copies; `odd`: with some that Flink's JSON format does not read."""

    output: Output
    stable: list[bytes]
    copy: list[bytes]
    odd: bool


def random_set(seed: int) -> RandomSet:
    """The same for the same seed."""
    chance = Random(seed)
    output = _output(chance)
    odd = chance.random() < 0.3
    ids = [_id(chance, output, odd) for _ in range(chance.randint(1, 10))]
    stable = [_record(chance, output, one) for one in ids for _ in range(chance.choice((0, 1, 1, 1, 2, 3)))]
    copy = [value for record in stable for value in _spoilt(chance, output, ids, record)]
    if odd:
        copy += chance.choices(NO_RECORDS, k=chance.randint(0, 3))
        stable += chance.choices(NO_RECORDS, k=chance.randint(0, 3))
    chance.shuffle(copy)
    return RandomSet(output, stable, copy, odd)


def _output(chance: Random) -> Output:
    way = chance.choice(("number", "key", "count"))
    kinds = chance.sample(sorted(TOKENS), chance.randint(0, 3))
    columns = {"run_key": "STRING", "at": "STRING"} | {f"v{place}": kind for place, kind in enumerate(kinds)}
    own = {"ignore": ["at"], "each_once": chance.random() < 0.5}
    if way == "number":
        return Output(columns=columns | {"n": "BIGINT"}, **own)
    keys = {f"k{place}": kind for place, kind in enumerate(chance.sample(KEYS, chance.randint(1, 2)))}
    if way == "key":
        return Output(columns=columns | keys, key=[*keys], **own)
    return Output(columns=columns | keys | {"cnt": "BIGINT"}, key=[*keys], count="cnt", **own)


def _id(chance: Random, output: Output, odd: bool) -> dict[str, str]:
    run = chance.choice([json.dumps(RUN)] * 6 + [json.dumps(OLDER)] * 2 + ["null", ""])
    if output.number:
        numbers = [str(chance.randrange(LOADED)), str(chance.randrange(LOADED)), f'"{chance.randrange(LOADED)}"']
        rare = ["-1", str(LOADED), "null", "", "9223372036854775807"] + (ODD_NUMBERS if odd else [])
        return {"run_key": run, "n": chance.choice(numbers * 6 + rare)}
    return {"run_key": run} | {name: chance.choice(TOKENS[output.columns[name]]) for name in output.key}


def _record(chance: Random, output: Output, one: dict[str, str]) -> bytes:
    values = {
        name: chance.choice(TOKENS[kind][:3] if chance.random() < 0.6 else TOKENS[kind])
        for name, kind in output.columns.items()
        if name not in one and name != "at"
    }
    if output.count:
        values["cnt"] = chance.choice(["1", "2", "5", "null"])
    fields = list((one | values | {"at": str(chance.random()), "more": '{"n": 99, "v0": [1.5]}'}).items())
    chance.shuffle(fields)
    fields = [(name, token) for name, token in fields if token]
    if fields and chance.random() < 0.1:
        fields.insert(0, (fields[-1][0], '"of two the last counts"'))
    gap = chance.choice(("", " "))
    return ("{" + f",{gap}".join(f'"{name}":{gap}{token}' for name, token in fields) + "}").encode()


def _spoilt(chance: Random, output: Output, ids: list[dict[str, str]], record: bytes) -> list[bytes]:
    """Mostly the record itself; else none, several, or another one in its place or beside it."""
    other = _record(chance, output, chance.choice([*ids, _id(chance, output, odd=False)]))
    return chance.choice([[record]] * 6 + [[], [record, record], [other], [record, other]])
