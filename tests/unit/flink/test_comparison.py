"""The statements that count by id, run by DuckDB; tests/unit/proof/test_reference.py has them count random outputs."""

from __future__ import annotations

import pytest
from flink_chaos.flink.comparison import counts_statement

from tests.unit.plans import a_plan, with_output

WINDOWS = a_plan(pipeline="ad_event_counts")
EVENTS = a_plan(data_count_to_load=1_000, records_per_second=10)
TYPES = {"STRING": "VARCHAR", "TIMESTAMP(3)": "VARCHAR"}


def counted(plan, copy="chaos", **tables):
    """What the statement finds in tables of tuples."""
    import duckdb

    columns = plan.pipeline.output.columns
    listed = ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind in columns.items())
    with duckdb.connect() as database:
        for name in ("no_chaos", "chaos"):
            database.execute(f"CREATE TABLE {name} ({listed})")
            if rows := tables.get(name):
                database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
        cursor = database.execute(counts_statement(plan, copy).replace("`", '"'))
        return dict(zip([column[0] for column in cursor.description], map(int, cursor.fetchone()), strict=True))


def event(n, run=EVENTS.run_key, price=1, status=0):
    """A record of the application that writes one for each."""
    return (run, n, 1, "click", price, 1, status)


def offences(found):
    """Numbers that are not 0 and that something is wrong with."""
    names = ("lost", "lost_ids", "duplicated", "surplus", "extra", "changed", "undercounted", "unloaded")
    return {name: found[name] for name in names if found.get(name)}


@pytest.mark.parametrize(
    ("chaos", "differs"),
    [
        ([5], {}),
        ([], {"ids": 0, "records": 0, "lost": 1, "lost_ids": 1, "counted": 0, "summed": 0}),
        ([5, 5], {"records": 2, "duplicated": 1, "surplus": 1, "repeated": 1, "summed": 10}),
        ([7], {"changed": 1, "counted": 7, "summed": 7}),
        ([4], {"changed": 1, "undercounted": 1, "counted": 4, "summed": 4}),
        ([5, 2], {"records": 2, "duplicated": 1, "surplus": 1, "changed": 1, "repeated": 1, "summed": 7}),
        (
            [3, 2],
            {
                "records": 2,
                "duplicated": 1,
                "surplus": 1,
                "changed": 1,
                "undercounted": 1,
                "counted": 3,
                "repeated": 1,
            },
        ),
    ],
)
def test_each_way_to_differ_has_its_own_count(chaos, differs):
    """A window of 5 records: equal, lost, twice, counted too high, too low, and fired again for a part."""
    whole = dict.fromkeys(("lost", "lost_ids", "duplicated", "surplus", "extra", "changed", "undercounted"), 0)
    whole |= {"expected": 1, "records": 1, "ids": 1, "older": 0, "repeated": 0, "counted": 5, "summed": 5}
    row = (WINDOWS.run_key, "00:00", 1, "click")
    assert counted(WINDOWS, no_chaos=[(*row, 5, 1)], chaos=[(*row, cnt, 1) for cnt in chaos]) == whole | differs


@pytest.mark.parametrize(
    ("chaos", "found"),
    [
        ([event(0), event(1)], {}),
        ([event(0), event(1, price=2)], {"changed": 1}),
        ([event(0), event(1, status=None)], {"changed": 1}),
        ([event(0), event(1), event(1, price=None)], {"changed": 1, "duplicated": 1, "surplus": 1}),
        ([event(0)], {"lost": 1, "lost_ids": 1}),
        ([event(0), event(1), event(1)], {"duplicated": 1, "surplus": 1}),
        ([event(0), event(1), event(2)], {"extra": 1}),
        ([event(0), event(1), event(1_000)], {"extra": 1, "unloaded": 1}),
        ([event(0), event(1), event(None)], {"extra": 1, "unloaded": 1}),
        ([event(0), event(1), event(1, run="another")], {"extra": 1}),
    ],
)
def test_numbered_records_are_compared_by_all_their_values(chaos, found):
    """NULL is a value of its own; 81,000 of 100,000 other values are no PASS."""
    assert offences(counted(EVENTS, no_chaos=[event(0), event(1)], chaos=chaos)) == found


def test_a_column_that_may_differ_is_not_compared():
    """A processing time; where nothing is left to compare, nothing is said of values."""
    chaos = [event(0, price=9)]
    assert offences(counted(with_output(EVENTS, ignore=["price_micros"]), no_chaos=[event(0)], chaos=chaos)) == {}
    columns = {name: EVENTS.pipeline.output.columns[name] for name in ("run_key", "n")}
    found = counted(with_output(EVENTS, columns=columns), no_chaos=[event(0)[:2]], chaos=[event(0)[:2]])
    assert "changed" not in found


@pytest.mark.parametrize(
    ("chaos", "found"),
    [
        ([1, 2, 2], {}),
        ([1, 2], {"lost": 1, "lost_ids": 1}),
        ([1, 2, 2, 2], {"duplicated": 1, "surplus": 1}),
        ([1, 2, 3], {"changed": 1}),
        ([], {"lost": 3, "lost_ids": 1}),
    ],
)
def test_several_records_for_one_are_compared_as_many(chaos, found):
    """A fan-out writes each as often as the stable copy."""
    rows = [event(0, price=price) for price in chaos]
    assert offences(counted(EVENTS, no_chaos=[event(0, price=price) for price in (1, 2, 2)], chaos=rows)) == found


def test_records_of_earlier_runs_are_compared_one_by_one():
    """Ten lost and ten twice do not cancel out."""
    stable = [event(n, run="earlier") for n in range(20)]
    chaos = [event(n, run="earlier") for n in (*range(10), *range(10))]
    found = counted(EVENTS, no_chaos=stable, chaos=chaos)
    assert offences(found) == {"lost": 10, "lost_ids": 10, "duplicated": 10, "surplus": 10}
    assert (found["older"], found["counted"]) == (20, 0)


def test_without_a_count_column_each_record_stands_for_itself():
    """Records identified by a key: the ids of the stable copy are the loaded records."""
    plan = with_output(WINDOWS, count="")
    rows = [(plan.run_key, "00:00", campaign, "click", 9, 9) for campaign in (1, 2)]
    found = counted(plan, no_chaos=rows, chaos=rows[:1])
    assert (found["expected"], found["ids"], found["counted"], "undercounted" in found) == (2, 1, 1, False)


def test_decimals_that_doubles_cannot_tell_apart_are_two_ids():
    """Two cents beyond 2^53."""
    output = {"columns": {"run_key": "STRING", "total": "DECIMAL(20, 2)"}, "number": "", "key": ["total"]}
    plan = with_output(EVENTS, **output)
    rows = [(plan.run_key, f"12345678901234567.{cents}") for cents in (89, 90)]
    assert counted(plan, no_chaos=rows, chaos=rows[:1])["lost"] == 1
