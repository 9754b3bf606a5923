"""The comparison in plain Python, by dicts and counters: what the record proof and the SQL must find."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flink_chaos.model.pipeline import Output

INTEGERS = ("TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT")
WIDE = Context(prec=1000)


class Token(str):
    """A JSON number as it is written."""

    __slots__ = ()


def fields_of(value: bytes | None) -> dict[str, Any] | None:
    """The record, None if it is no JSON object. Of several fields of one name the last counts."""

    def refuse(text: str) -> None:
        raise ValueError(text)

    try:
        found = json.loads((value or b"").decode(), parse_float=Token, parse_int=Token, parse_constant=refuse)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def integer(given: Any) -> int | None:
    """Of 64 bits; a boolean and a fraction are none, however they are written."""
    digits = given.strip("".join(map(chr, range(33)))) if isinstance(given, str) else ""
    if not re.fullmatch(r"[+-]?[0-9]+", digits):
        return None
    return int(digits) if -(2**63) <= int(digits) < 2**63 else None


def typed(given: Any, flink_type: str) -> Any:
    """A value that equals another if Flink takes both for the same of that type."""
    name = flink_type.partition("(")[0].partition("<")[0]
    if given is None:
        return None
    if name in ("ARRAY", "ROW"):
        return _structure(given)
    text = {True: "true", False: "false"}[given] if isinstance(given, bool) else given
    if name in INTEGERS:
        return text if integer(text) is None else integer(text)
    if name == "DECIMAL":
        return _decimal(text, *map(int, re.findall(r"\d+", flink_type)))
    if name == "DOUBLE":
        return repr(float(text)) if text != "NaN" else text
    return text == "true" if name == "BOOLEAN" else str(text)


def _decimal(text: str, precision: int, scale: int) -> Any:
    try:
        rounded = Decimal(text).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, WIDE)
    except InvalidOperation:
        return text
    return rounded if abs(rounded) < Decimal(10) ** (precision - scale) else None


def _structure(given: Any) -> Any:
    if isinstance(given, dict):
        return tuple(sorted((k, _structure(v)) for k, v in given.items() if v is not None))
    if isinstance(given, list):
        return ("list", *map(_structure, given))
    return ("number", Decimal(given)) if isinstance(given, Token) else given


def row_of(value: bytes | None, output: Output) -> dict[str, Any] | None:
    """Every column, typed; None if it is no record."""
    found = fields_of(value)
    if found is None:
        return None
    return {name: typed(found.get(name), kind) for name, kind in output.columns.items()}


def counted(output: Output, run: str, loaded: int, stable: list[bytes], copy: list[bytes]) -> dict[str, int | None]:
    """The numbers of Compared."""
    control, came = _by_id(output, stable), _by_id(output, copy)
    found: Counter[str] = Counter()
    for one in control.keys() | came.keys():
        found.update(_of_id(output, control.get(one, []), came.get(one, [])))
        found.update(_of_run(output, run, loaded, one, came.get(one, [])))
    names = ["expected", "records", "ids", "lost", "lost_ids", "duplicated", "surplus", "extra", "older"]
    numbers: dict[str, int | None] = {name: found[name] for name in [*names, "counted", "repeated"]}
    numbers["changed"] = found["changed"] if output.compared else None
    numbers["undercounted"] = found["undercounted"] if output.count else None
    numbers["unloaded"] = found["unloaded"] if output.number else None
    numbers["summed"] = found["summed"] if output.count else None
    return numbers


def _by_id(output: Output, values: list[bytes]) -> dict[Any, list[tuple[Any, int]]]:
    """Identity -> (values, weight) of each of its records."""
    found = defaultdict(list)
    for value in values:
        row = row_of(value, output)
        if row is None:
            found["text", value].append(((), 0))
            continue
        compared = tuple(repr(row[name]) for name in output.compared)
        weight = row[output.count] if output.count and isinstance(row[output.count], int) else 0
        run, ids = row[output.run_key], tuple(repr(row[name]) for name in output.identity[1:])
        if run is None or (output.number and not isinstance(row[output.number], int)):
            found["alone", run, ids, compared].append(((), weight))
        else:
            found["id", run, ids].append((compared, weight))
    return found


def _of_id(output: Output, stable: list[Any], copy: list[Any]) -> dict[str, int]:
    control, came = Counter(value for value, _ in stable), Counter(value for value, _ in copy)
    if not stable:
        return {"records": len(copy), "extra": len(copy)}
    deficit = (control - came).total()
    strange = sum(times for value, times in came.items() if value not in control)
    excess = sum(max(0, times - control[value]) for value, times in came.items() if value in control)
    lost, surplus = max(0, deficit - strange), excess + max(0, strange - deficit)
    assert len(copy) == len(stable) - lost + surplus
    fewer = bool(copy) and max(w for _, w in copy) < max(w for _, w in stable)
    return {
        "expected": 1,
        "records": len(copy),
        "ids": int(bool(copy)),
        "lost": lost,
        "lost_ids": int(lost > 0),
        "duplicated": int(surplus > 0),
        "surplus": surplus,
        "changed": int(strange > 0),
        "undercounted": int(fewer),
    }


def _of_run(output: Output, run: str, loaded: int, one: Any, copy: list[Any]) -> dict[str, int]:
    if not copy:
        return {}
    own = one[0] != "text" and one[1] == run
    known = own and (not output.number or (one[0] == "id" and 0 <= int(one[2][0]) < loaded))
    most = max(weight for _, weight in copy)
    return {
        "older": 0 if own else len(copy),
        "counted": most if output.count and own else int(known),
        "repeated": len(copy) - 1 if known else 0,
        "unloaded": len(copy) if own and not known else 0,
        "summed": sum(weight for _, weight in copy),
    }
