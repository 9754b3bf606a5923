"""Records as text and back: what nobody can count with is told as unreadable, where it is read."""

import json
import re

import pytest
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Steady, Table
from flink_chaos.model.selftest import SelfTestResult
from flink_chaos.store.errors import StoreError
from flink_chaos.store.records import Store
from flink_chaos.store.samples import observation
from flink_chaos.store.selftest import keep
from flink_chaos.store.texts import read

from tests.unit.observed import sample
from tests.unit.plans import AT, a_plan
from tests.unit.runs import observed, stored

NO_NUMBER = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '"nan"', '"Infinity"', "9" * 400]
NO_MOMENT = ['"2026-01-01T00:00:00"', '"2026-01-01"', "null", '"x"']


@pytest.fixture
def run(tmp_path):
    """That was observed and passed."""
    return stored(Store(str(tmp_path / "store")), 1, facts=observed())


def spoil(path, pattern, value):
    """Another value in the first place that fits."""
    text, times = re.subn(pattern, lambda found: found[1] + value, path.read_text(), count=1)
    assert times
    path.write_text(text)


def kind(run, name):
    """The file of the first fact of that kind."""
    return min((run.folder / "journal").glob(f"*-{name}.json"))


VERDICT = {"mark": r'("seconds": )[0-9.]+', "lag": r'("record_seconds": )[0-9.]+', "null": r'("skew_seconds": )[^,]+'}


@pytest.mark.parametrize("value", NO_NUMBER)
@pytest.mark.parametrize("pattern", VERDICT.values(), ids=VERDICT)
def test_a_number_of_a_verdict_is_one(run, pattern, value):
    """Whoever shows it would stumble over it."""
    spoil(run.folder / "verdict.json", pattern, value)
    with pytest.raises(StoreError, match=r"verdict.json: cannot be read by this version \("):
        run.verdict()


@pytest.mark.parametrize("value", NO_NUMBER)
def test_a_number_of_a_fact_is_one(run, value):
    """A run is judged by it."""
    spoil(kind(run, "steady"), r'("records_per_second":)[0-9.]+', value)
    with pytest.raises(StoreError, match=r"steady.json: cannot be read by this version \("):
        run.journal()


@pytest.mark.parametrize("value", [one for one in NO_NUMBER if '"' not in one])
def test_a_cell_of_a_table_is_something_that_json_has(run, value):
    """Anything else may stand there."""
    run.append(Table(at=AT, name="t", columns=["c"], rows=[["x"]]))
    spoil(max((run.folder / "journal").glob("*-table.json")), r'("rows":\[\[)"x"', value)
    with pytest.raises(StoreError, match=r"is no number that a record can hold"):
        run.journal()


@pytest.mark.parametrize("cell", ["NaN", "-Infinity", "[1e999]", ": NaN", "9" * 400, 10**38, 1e300, 1e-300, 0.1, None])
def test_what_looks_like_no_number_may_stand_in_a_text(run, cell):
    """And every number that is one comes back as it was."""
    run.append(Table(at=AT, name="t", columns=["c"], rows=[[cell]]))
    assert run.journal().last(Table, name="t").rows == [[cell]]


@pytest.mark.parametrize("value", [one for one in NO_NUMBER if one not in ('"nan"', "9" * 400)])
def test_a_number_of_a_sample_is_one(tmp_path, value):
    """The recovery is made of them."""
    run = Store(str(tmp_path)).open(a_plan())
    text = sample(Copy.CHAOS, 1).model_dump_json(by_alias=True)
    path = run.folder / "samples" / "20260101T000000.000000-1.1.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({**json.loads(text), "busy": "?"}).replace('"?"', value) + "\n")
    with pytest.raises(StoreError, match=r"1.1.jsonl: cannot be read by this version \("):
        observation(run)


@pytest.mark.parametrize("value", NO_MOMENT)
@pytest.mark.parametrize(("record", "ask"), [("plan", lambda run: run.plan()), ("steady", lambda run: run.journal())])
def test_a_moment_has_its_time_zone(run, record, ask, value):
    """Without it nobody knows when it was, and no two can be compared."""
    path = kind(run, record) if record == "steady" else run.folder / "plan.json"
    spoil(path, r'("(?:at|created_at)": ?)"[^"]+"', value)
    with pytest.raises(StoreError, match=rf"{record}.json: cannot be read by this version \("):
        ask(run)


@pytest.mark.parametrize(("field", "value"), [("at", NO_MOMENT[0]), ("seconds", "NaN"), ("seconds", "1e999"), ("records", "1e999")])
def test_a_self_test_has_a_moment_and_its_numbers(tmp_path, field, value):
    """Each verdict tells how old it is."""
    result = {"at": AT, "ok": True, "way": "memory", "version": "1", "seed": 1, "records": 1, "seconds": 1}
    keep(root := Store(str(tmp_path)).root, SelfTestResult(**result, planted={}, found={}, problems=[]))
    (path,) = (root / "selftest").iterdir()
    spoil(path, rf'("{field}": )[^,\n]+', value)
    with pytest.raises(StoreError, match="cannot be read by this version"):
        read(path, SelfTestResult)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_does_not_come_into_a_record(number):
    """Whoever measured it hears of it at once."""
    with pytest.raises(ValueError, match="finite number"):
        Steady(at=AT, ok=True, message="", lag={}, records_per_second=number)
